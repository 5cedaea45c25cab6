// Shows what is in a directory that Go's snapshotkv (or this library) wrote, and changes nothing in it:
//   dotnet run --project samples/OpenGoDirectory PATH
using OpenGoDirectory;
using Spectre.Console;

if (args is not [var path])
{
    await Console.Error.WriteLineAsync("Usage: OpenGoDirectory PATH, where PATH is the directory that holds 'snapshots' and 'blobs'.");
    return 2;
}

return DirectoryReport.Show(path, AnsiConsole.Console, Console.Error, TimeProvider.System);
