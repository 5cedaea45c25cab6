// Settings that are changed in one terminal, watched in a second one, and taken back in time from a third:
//   dotnet run --project samples/TimeMachine own
//   dotnet run --project samples/TimeMachine follow
//   dotnet run --project samples/TimeMachine history
using SnapshotKv;
using SnapshotKv.Samples.TimeMachine;
using Spectre.Console;

var screen = Screen.Create();
var call = Call.Of(args);
try
{
    return call.Words switch
    {
        ["own"] => await OwnCommand.RunAsync(call, screen),
        ["follow"] => await FollowCommand.RunAsync(call, screen),
        ["history", .. var words] => await HistoryCommand.RunAsync(call, words is [] ? ["list"] : words, screen),
        [] or ["help" or "--help" or "-h"] => Usage.Show(screen),
        _ => Usage.Refuse(screen, call.Words),
    };
}
catch (KvStoreException exception)
{
    // In use, damaged, not to be written: the message says which, where, and what to do.
    screen.MarkupLineInterpolated($"[red]{exception.Message}[/]");
    return 1;
}
