using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace SnapshotKv.Tests.Architecture;

/// <summary>Finds which types of an assembly call members of which types outside it.</summary>
internal static class FrameworkTypeUses
{
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
                foreach (var (_, token) in MethodTokens.Of(file.GetMethodBody(method.RelativeVirtualAddress)))
                {
                    if (OwnerOf(metadata, token) is { } owner)
                    {
                        uses.Add(new(NameOf(metadata, type), owner, IsTypeOfOnly: false));
                    }
                }
            }
        }

        return [.. uses];
    }

    private static string? OwnerOf(MetadataReader metadata, EntityHandle token)
    {
        if (token.Kind == HandleKind.MethodSpecification)
        {
            token = metadata.GetMethodSpecification((MethodSpecificationHandle)token).Method;
        }

        if (token.Kind != HandleKind.MemberReference)
        {
            return null;
        }

        var parent = metadata.GetMemberReference((MemberReferenceHandle)token).Parent;
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
