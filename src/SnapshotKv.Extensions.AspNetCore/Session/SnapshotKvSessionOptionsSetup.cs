using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>Reads the section <c>SnapshotKv:Session</c>, when the container has a configuration, before the caller's delegates.</summary>
internal sealed class SnapshotKvSessionOptionsSetup(IServiceProvider services) : IConfigureOptions<SnapshotKvSessionOptions>
{
    private const string SectionName = "SnapshotKv:Session";

    public void Configure(SnapshotKvSessionOptions options)
    {
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            var section = configuration.GetSection(SectionName);
            options.Prefix = section[nameof(options.Prefix)] ?? options.Prefix;
            options.StoreName = section[nameof(options.StoreName)] ?? options.StoreName;
        }
    }
}
