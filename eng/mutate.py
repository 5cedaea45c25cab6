"""Mutates a sample of one folder of the engine and says which mutants that folder's fast tests do not notice.

Usage: python3 eng/mutate.py FOLDER [--share SHARE] [--seed SEED] [--minutes MINUTES]

FOLDER is a folder of src/SnapshotKv that has a configuration in eng/stryker. See docs/mutation.md.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import signal
import subprocess
import sys

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


def report(path, folder):
    """What became of the mutants, and each that lived."""
    counts = collections.Counter()
    lived = []
    for name, file in json.loads(path.read_text())["files"].items():
        for mutant in file["mutants"]:
            status = mutant["status"]
            counts[status] += 1
            if status in ("Survived", "NoCoverage"):
                name = name[name.index(folder + "/"):] if folder + "/" in name else name
                change = " ".join(mutant.get("replacement", "").split())
                lived.append(f"{name}:{mutant['location']['start']['line']}: {status}, {mutant['mutatorName']}: {change[:100]}")
    detected = counts["Killed"] + counts["Timeout"]
    sampled = detected + counts["Survived"] + counts["NoCoverage"]
    print("\n".join(sorted(lived)))
    print(
        f"{folder}: {sampled} sampled, {counts['Killed']} killed, {counts['Timeout']} timed out, {counts['Survived']} survived, "
        f"{counts['NoCoverage']} not covered; {100 * detected / max(1, sampled):.1f} % detected"
    )


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

    output = ROOT / "artifacts" / "mutation" / arguments.folder.lower()
    print(f"seed {arguments.seed}, share {arguments.share}", flush=True)

    # The tool looks at the projects before it builds them, and does not find its way without what a restore leaves.
    subprocess.run(["dotnet", "restore", str(TESTS)], check=True)
    command = ["dotnet", "stryker", "--config-file", str(config), "--concurrency", str(arguments.concurrency), "--output", str(output), "--skip-version-check"]
    for span in sample(files, arguments.share, random.Random(arguments.seed)):
        command += ["--mutate", span]

    # Analyzers look at what people write, and take most of a build's time.
    environment = os.environ | {"RunAnalyzers": "false"}
    # In a session of its own, so that giving up ends the tool's own processes too.
    tool = subprocess.Popen(command, cwd=TESTS, env=environment, start_new_session=True)
    try:
        code = tool.wait(timeout=arguments.minutes * 60)
    except subprocess.TimeoutExpired:
        os.killpg(tool.pid, signal.SIGTERM)
        tool.wait()
        sys.exit(f"Not done in {arguments.minutes} minutes; take a smaller share. Build again: the tests' folder holds a mutated engine now.")
    if code != 0:
        sys.exit(code)
    report(output / "reports" / "mutation-report.json", arguments.folder)


if __name__ == "__main__":
    main()
