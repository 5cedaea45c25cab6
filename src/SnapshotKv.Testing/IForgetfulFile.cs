namespace SnapshotKv.Testing;

/// <summary>A file that can lose what a failed flush did not bring to the device.</summary>
internal interface IForgetfulFile
{
    /// <summary>
    /// Keeps the bytes readable and never makes them durable, as Linux does after a flush that failed: the pages count as clean from then on, and
    /// the next flush reports success without writing them.
    /// </summary>
    void ForgetUnflushed();
}
