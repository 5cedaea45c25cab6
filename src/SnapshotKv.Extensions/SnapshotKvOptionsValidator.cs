using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions;

/// <summary>Refuses options that a store would refuse, when a host starts instead of when the store is first used.</summary>
internal sealed class SnapshotKvOptionsValidator : IValidateOptions<SnapshotKvOptions>
{
    public ValidateOptionsResult Validate(string? name, SnapshotKvOptions options) =>
        options.GetErrors() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
}
