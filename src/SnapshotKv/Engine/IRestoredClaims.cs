namespace SnapshotKv.Engine;

/// <summary>What the serializers that wrote a snapshot's values mean for restoring it.</summary>
internal interface IRestoredClaims
{
    /// <summary>Refuses a restore that would bring values of one serializer to where another has written.</summary>
    /// <param name="names">The serializers by prefix, as the snapshot has them.</param>
    /// <param name="prefix">What is restored.</param>
    /// <param name="guarded">What of it is not.</param>
    /// <param name="snapshot">The snapshot, for the message.</param>
    /// <exception cref="KvSerializationException">It would; the message names prefix and both.</exception>
    void Check(IReadOnlyDictionary<string, string> names, string prefix, IReadOnlyList<string> guarded, string snapshot);

    /// <summary>Takes over, before the commit, which serializer wrote where, as far as that is not known. Refuses as <see cref="Check"/> does what has come since.</summary>
    /// <inheritdoc cref="Check"/>
    void Adopt(IReadOnlyDictionary<string, string> names, string prefix, IReadOnlyList<string> guarded, string snapshot);

    /// <summary>
    /// The commit does not come: gives up what the last <see cref="Adopt"/> has taken over, as far as nobody has written there since. Where the journal has no room for that, it stays until what is
    /// there is cleared. For one restore at a time, as <see cref="Adopt"/> is.
    /// </summary>
    /// <returns>Whether anything was given up.</returns>
    bool Abandon();
}
