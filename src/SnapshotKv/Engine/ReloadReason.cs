namespace SnapshotKv.Engine;

/// <summary>Why a follower is to read everything anew.</summary>
/// <param name="Text">In words.</param>
/// <param name="Need">What becomes of the journal until then, and of the reason when that fails.</param>
internal sealed record ReloadReason(string Text, ReloadNeed Need);
