using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace SnapshotKv.Tests.Architecture;

/// <summary>
/// Finds which types of an assembly use which others of it, in the compiled code: declarations, signatures, locals, caught exceptions and every
/// instruction. What is compiled cannot hide behind an alias, a global using or a name that looks like another. Nested types and the ones the
/// compiler makes count as the type they stand in. Not seen are constants and <c>nameof</c>, which leave no trace.
/// </summary>
internal sealed class AssemblyTypeUses
{
    private readonly MetadataReader _metadata;
    private readonly PEReader _file;
    private readonly Dictionary<(string From, string To), bool> _uses = [];
    private readonly SignatureTypes _signatures;
    private string _from = "";

    private AssemblyTypeUses(PEReader file)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
        _signatures = new SignatureTypes(handle => Note(handle));
    }

    /// <summary>All uses between the types of an assembly.</summary>
    public static IReadOnlyList<TypeUse> Of(Assembly assembly)
    {
        using var stream = File.OpenRead(assembly.Location);
        using var file = new PEReader(stream);
        var uses = new AssemblyTypeUses(file);
        uses.ReadTypes();
        return [.. uses._uses.Select(use => new TypeUse(use.Key.From, use.Key.To, use.Value))];
    }

    private void ReadTypes()
    {
        foreach (var handle in _metadata.TypeDefinitions)
        {
            var type = _metadata.GetTypeDefinition(handle);
            _from = NameOf(handle);
            NoteToken(type.BaseType);
            NoteAttributes(type.GetCustomAttributes());
            foreach (var implementation in type.GetInterfaceImplementations())
            {
                NoteToken(_metadata.GetInterfaceImplementation(implementation).Interface);
            }

            NoteConstraints(type.GetGenericParameters());
            foreach (var field in type.GetFields().Select(_metadata.GetFieldDefinition))
            {
                field.DecodeSignature(_signatures, null);
                NoteAttributes(field.GetCustomAttributes());
            }

            foreach (var method in type.GetMethods().Select(_metadata.GetMethodDefinition))
            {
                ReadMethod(method);
            }
        }
    }

    private void ReadMethod(MethodDefinition method)
    {
        method.DecodeSignature(_signatures, null);
        NoteAttributes(method.GetCustomAttributes());
        NoteConstraints(method.GetGenericParameters());
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_signatures, null);
        }

        foreach (var region in body.ExceptionRegions)
        {
            NoteToken(region.CatchType);
        }

        foreach (var (opCode, token) in MethodTokens.Of(body))
        {
            NoteToken(token, isTypeOf: opCode == OpCodes.Ldtoken);
        }
    }

    private void NoteToken(EntityHandle handle, bool isTypeOf = false)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                Note((TypeDefinitionHandle)handle, isTypeOf);
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_signatures, null);
                break;
            case HandleKind.MethodDefinition:
                Note(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Note(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                var member = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                NoteToken(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Method)
                {
                    member.DecodeMethodSignature(_signatures, null);
                }
                else
                {
                    member.DecodeFieldSignature(_signatures, null);
                }

                break;
            case HandleKind.MethodSpecification:
                var method = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                NoteToken(method.Method);
                method.DecodeSignature(_signatures, null);
                break;
            case HandleKind.StandaloneSignature:
                _metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle).DecodeMethodSignature(_signatures, null);
                break;
        }
    }

    private void NoteAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
        {
            NoteToken(_metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    private void NoteConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (var parameter in parameters)
        {
            foreach (var constraint in _metadata.GetGenericParameter(parameter).GetConstraints())
            {
                NoteToken(_metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }
    }

    private void Note(TypeDefinitionHandle handle, bool isTypeOf = false)
    {
        var to = NameOf(handle);
        if (to != _from)
        {
            _uses[(_from, to)] = isTypeOf && _uses.GetValueOrDefault((_from, to), defaultValue: true);
        }
    }

    private string NameOf(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        while (type.IsNested)
        {
            type = _metadata.GetTypeDefinition(type.GetDeclaringType());
        }

        return _metadata.GetString(type.Namespace) + "." + _metadata.GetString(type.Name);
    }

    /// <summary>Walks signatures and reports each type of this assembly in them.</summary>
    private sealed class SignatureTypes(Action<TypeDefinitionHandle> note) : ISignatureTypeProvider<object?, object?>
    {
        public object? GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            note(handle);
            return null;
        }

        public object? GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public object? GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => null;

        public object? GetArrayType(object? elementType, ArrayShape shape) => null;

        public object? GetByReferenceType(object? elementType) => null;

        public object? GetFunctionPointerType(MethodSignature<object?> signature) => null;

        public object? GetGenericInstantiation(object? genericType, ImmutableArray<object?> typeArguments) => null;

        public object? GetGenericMethodParameter(object? genericContext, int index) => null;

        public object? GetGenericTypeParameter(object? genericContext, int index) => null;

        public object? GetModifiedType(object? modifier, object? unmodifiedType, bool isRequired) => null;

        public object? GetPinnedType(object? elementType) => null;

        public object? GetPointerType(object? elementType) => null;

        public object? GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

        public object? GetSZArrayType(object? elementType) => null;
    }
}
