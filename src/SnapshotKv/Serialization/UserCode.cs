namespace SnapshotKv.Serialization;

/// <summary>
/// What the code of stored types, of converters and of custom serializers throws becomes the store's own exception, so that a caller has one to
/// expect and learns the key.
/// </summary>
internal static class UserCode
{
    /// <summary>
    /// Whether an exception is about the value. Cancellation is the caller's own wish, and missing memory says nothing about the value: these pass
    /// as they are, like what has been put into words already.
    /// </summary>
    public static bool IsAtFault(Exception e) => e is not (KvSerializationException or OperationCanceledException or OutOfMemoryException);

    public static KvSerializationException OnWrite(Exception e, Type type) =>
        new($"The value of type {TypeNames.Describe(type)} cannot be written: {Describe(e)}", e);

    public static KvSerializationException OnRead(Exception e, Type type) =>
        new($"The value cannot be read as {TypeNames.Describe(type)}: {Describe(e)}", e);

    /// <summary>An exception's type and message; invocation by reflection puts a wrapper around it that says nothing.</summary>
    public static string Describe(Exception e) => e is System.Reflection.TargetInvocationException { InnerException: { } inner }
        ? Describe(inner)
        : $"{e.GetType().Name}: {e.Message}";
}
