"""Mutates a sample of one folder of the engine and says which mutants that folder's fast tests do not notice.

Usage: python3 eng/mutate.py FOLDER [--share SHARE] [--seed SEED] [--minutes MINUTES] [--concurrency COUNT]

FOLDER is a folder of src/SnapshotKv that has a configuration in eng/stryker. See docs/mutation.md.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
ENGINE = ROOT / "src" / "SnapshotKv"
TESTS = ROOT / "tests" / "SnapshotKv.Tests"

# A window holds a few statements: enough that most mutants lie in one piece inside it, few enough that a sample is spread over all files.
WINDOW = 600


def sample(files, share, generator):
    """Windows of text that make up a share of each file, at even distances from a random first one, as the tool names them."""
    if share >= 1:
        return [str(file.relative_to(ENGINE)) for file in files]
    stride = WINDOW / share
    spans = []
    for file in files:
        length = len(file.read_text(encoding="utf-8-sig"))
        start = generator.uniform(-WINDOW, stride - WINDOW)
        windows = ""
        while start < length:
            windows += f"{{{max(0, int(start))}..{int(start + WINDOW)}}}"
            start += stride
        if windows:
            spans.append(f"{file.relative_to(ENGINE)}{windows}")
    return spans


def build(config, spans, output, deadline):
    """Has the tool make an engine that holds all mutants, and list them; keeps the tests that were built with it.

    The tool's own test runs are not used: once one test process of it has hung, it takes all that follow for timed out. So it is given one test that
    comes by nothing, and what matters is run by `attempt`.
    """
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    settings = json.loads(config.read_text())
    classes = settings["stryker-config"]["test-case-filter"].split("|")
    settings["stryker-config"]["test-case-filter"] = "FullyQualifiedName~SnapshotKv.Tests.KvKeyTests."
    settings["stryker-config"]["reporters"] = ["json"]
    trivial = output / "config.json"
    trivial.write_text(json.dumps(settings))
    # The tool looks at the projects before it builds them, and does not find its way without what a restore leaves.
    subprocess.run(["dotnet", "restore", str(TESTS)], check=True)
    command = ["dotnet", "stryker", "--config-file", str(trivial), "--concurrency", "1", "--output", str(output), "--skip-version-check"]
    for span in spans:
        command += ["--mutate", span]

    # Analyzers look at what people write, and take most of a build's time. In a session of its own, so that giving up ends the tool's own processes too.
    tool = subprocess.Popen(command, cwd=TESTS, env=os.environ | {"RunAnalyzers": "false"}, start_new_session=True)
    built = TESTS / "bin" / "Debug" / "net10.0"
    kept = output / "tests"
    while tool.poll() is None:
        if time.monotonic() > deadline:
            os.killpg(tool.pid, signal.SIGTERM)
            tool.wait()
            sys.exit("Not built in time. Build again: the tests' folder may hold a mutated engine now.")
        if not kept.exists() and holds_mutants(built):
            shutil.copytree(built, kept)
        time.sleep(0.2)
    if tool.returncode != 0 or not kept.exists():
        sys.exit(tool.returncode or "The mutated engine was not found while the tool ran.")
    patterns = [f"{name.removeprefix('FullyQualifiedName~')}*" for name in classes]
    return kept / "SnapshotKv.Tests", patterns, list_mutants(output / "reports" / "mutation-report.json")


def holds_mutants(built):
    """Whether the engine beside the tests is the mutated one, and whole: it stays as long for a while."""
    engine, original = built / "SnapshotKv.dll", built / "SnapshotKv.dll.stryker-unchanged"
    if not original.exists() or not engine.exists():
        return False
    size = engine.stat().st_size
    time.sleep(0.3)
    return size > original.stat().st_size and engine.stat().st_size == size


def list_mutants(report):
    """Number, place and change of each mutant that compiles and is not left out."""
    mutants = []
    for name, file in json.loads(report.read_text())["files"].items():
        for mutant in file["mutants"]:
            if mutant["status"] not in ("Ignored", "CompileError"):
                change = " ".join(mutant.get("replacement", "").split())
                place = f"{pathlib.Path(name).parent.name}/{pathlib.Path(name).name}:{mutant['location']['start']['line']}"
                mutants.append((mutant["id"], f"{place}: {mutant['mutatorName']}: {change[:100]}"))
    return mutants


def attempt(tests, patterns, mutant, limit):
    """Runs the tests with one mutant, up to the first that fails."""
    environment = os.environ.copy()
    if mutant is not None:
        environment |= {"STRYKER_MUTANT_ID_CONTROL_VAR": "SNAPSHOTKV_MUTANT", "SNAPSHOTKV_MUTANT": mutant}
    command = [str(tests), "-noColor", "-stopOnFail"]
    for pattern in patterns:
        command += ["-class", pattern]
    try:
        run = subprocess.run(command, cwd=tests.parent, env=environment, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return "timed out"
    # A process that the mutant ends, by a stack that overflows for one, has noticed it too.
    return "survived" if run.returncode == 0 else "killed"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--share", type=float, default=1.0, help="of the folder's text; 1 is all of it")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--minutes", type=float, default=60, help="after which it is given up")
    parser.add_argument("--concurrency", type=int, default=2)
    arguments = parser.parse_args()

    config = ROOT / "eng" / "stryker" / f"{arguments.folder.lower()}.json"
    files = sorted((ENGINE / arguments.folder).rglob("*.cs"))
    if not config.exists() or not files:
        sys.exit(f"'{arguments.folder}' is no folder of src/SnapshotKv, or has no configuration in eng/stryker.")

    deadline = time.monotonic() + arguments.minutes * 60
    print(f"seed {arguments.seed}, share {arguments.share}", flush=True)
    spans = sample(files, arguments.share, random.Random(arguments.seed))
    tests, patterns, mutants = build(config, spans, ROOT / "artifacts" / "mutation" / arguments.folder.lower(), deadline)

    begun = time.monotonic()
    if attempt(tests, patterns, None, deadline - begun) != "survived":
        sys.exit("The tests fail without any mutant.")
    limit = 30 + 5 * (time.monotonic() - begun)
    print(f"{len(mutants)} mutants, each given {limit:.0f} s", flush=True)

    counts = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(arguments.concurrency) as pool:
        runs = {pool.submit(attempt, tests, patterns, number, limit): text for number, text in mutants}
        for run in concurrent.futures.as_completed(runs):
            counts[run.result()] += 1
            if run.result() != "killed":
                print(f"{run.result()}: {runs[run]}", flush=True)
            if time.monotonic() > deadline:
                pool.shutdown(cancel_futures=True)
                sys.exit(f"Not done in {arguments.minutes} minutes; take a smaller share.")
    detected = counts["killed"] + counts["timed out"]
    print(
        f"{arguments.folder}: {len(mutants)} sampled, {counts['killed']} killed, {counts['timed out']} timed out, {counts['survived']} survived; "
        f"{100 * detected / max(1, len(mutants)):.1f} % detected"
    )


if __name__ == "__main__":
    main()
