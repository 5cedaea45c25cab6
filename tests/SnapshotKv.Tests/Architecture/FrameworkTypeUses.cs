using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace SnapshotKv.Tests.Architecture;

/// <summary>Finds which types of an assembly call members of which types outside it.</summary>
internal static class FrameworkTypeUses
{
    /// <summary>
    /// Every four bytes of a method's code that could be the token of a referenced member are taken for one. That finds all calls and may find a
    /// few that are none, which a test would show by failing, not by passing.
    /// </summary>
    public static IReadOnlyList<TypeUse> Of(Assembly assembly)
    {
        using var stream = File.OpenRead(assembly.Location);
        using var file = new PEReader(stream);
        var metadata = file.GetMetadataReader();
        var uses = new HashSet<TypeUse>();
        foreach (var type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition))
        {
            foreach (var method in type.GetMethods().Select(metadata.GetMethodDefinition).Where(method => method.RelativeVirtualAddress != 0))
            {
                var code = file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!;
                for (var i = 0; i + sizeof(int) <= code.Length; i++)
                {
                    if (OwnerOf(metadata, BitConverter.ToInt32(code, i)) is { } owner)
                    {
                        uses.Add(new(NameOf(metadata, type), owner, IsTypeOfOnly: false));
                    }
                }
            }
        }

        return [.. uses];
    }

    private static string? OwnerOf(MetadataReader metadata, int token)
    {
        const int MemberReferenceTable = 0x0A;
        var row = token & 0xFFFFFF;
        if (token >>> 24 != MemberReferenceTable || row == 0 || row > metadata.GetTableRowCount(TableIndex.MemberRef))
        {
            return null;
        }

        var parent = metadata.GetMemberReference(MetadataTokens.MemberReferenceHandle(row)).Parent;
        if (parent.Kind != HandleKind.TypeReference)
        {
            return null;
        }

        var type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        return metadata.GetString(type.Namespace) + "." + metadata.GetString(type.Name);
    }

    private static string NameOf(MetadataReader metadata, TypeDefinition type)
    {
        while (type.IsNested)
        {
            type = metadata.GetTypeDefinition(type.GetDeclaringType());
        }

        return metadata.GetString(type.Namespace) + "." + metadata.GetString(type.Name);
    }
}
