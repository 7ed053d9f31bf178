using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MoeGen.Cli.Emit;

/// <summary>
/// Finds the CUDA texts of an assembly in its metadata. Nothing of the assembly is loaded or run, so that it may be of any platform and
/// its dependencies need not be there: the text is the literal behind the static property CudaSource.
/// </summary>
internal static class EmbeddedSources
{
    private const string Contract = "IMoeDescriptor`2", Property = "CudaSource";

    /// <summary>The texts by name of the class.</summary>
    /// <exception cref="BadInputException">The file is no assembly, has no annotated class, or one of another form than this version's.</exception>
    public static IReadOnlyList<EmbeddedSource> Read(string assembly)
    {
        if (!File.Exists(assembly))
        {
            throw new BadInputException($"{assembly} does not exist; a .NET assembly with classes that carry [MoeConfig] is required.");
        }

        using var image = new PEReader(File.OpenRead(assembly));
        try
        {
            if (!image.HasMetadata)
            {
                throw NoAssembly(assembly, "it is a program without .NET metadata");
            }

            MetadataReader metadata = image.GetMetadataReader();
            EmbeddedSource[] found =
            [
                .. metadata.TypeDefinitions.Select(metadata.GetTypeDefinition).Where(type => IsAnnotated(metadata, type))
                    .Select(type => Read(image, metadata, type, assembly)).OrderBy(source => source.Class, StringComparer.Ordinal),
            ];
            return found.Length > 0 ? found : throw new BadInputException($"{assembly} has no class that MoeGen generated; annotate a partial class with [MoeConfig].");
        }
        catch (BadImageFormatException damage)
        {
            throw NoAssembly(assembly, damage.Message);
        }
    }

    private static BadInputException NoAssembly(string assembly, string reason) => new($"{assembly} is no .NET assembly: {reason.TrimEnd('.')}.");

    private static bool IsAnnotated(MetadataReader metadata, TypeDefinition type) => type.GetInterfaceImplementations()
        .Select(handle => metadata.GetInterfaceImplementation(handle).Interface).Any(contract => IsContract(metadata, contract));

    // An instance of a generic interface is a signature: GENERICINST, CLASS, the interface's type, and so on.
    private static bool IsContract(MetadataReader metadata, EntityHandle contract)
    {
        if (contract.Kind != HandleKind.TypeSpecification)
        {
            return false;
        }

        BlobReader signature = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)contract).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance || signature.ReadCompressedInteger() != (int)SignatureTypeKind.Class)
        {
            return false;
        }

        (StringHandle name, StringHandle space) = signature.ReadTypeHandle() switch
        {
            { Kind: HandleKind.TypeReference } handle when metadata.GetTypeReference((TypeReferenceHandle)handle) is var type => (type.Name, type.Namespace),
            { Kind: HandleKind.TypeDefinition } handle when metadata.GetTypeDefinition((TypeDefinitionHandle)handle) is var type => (type.Name, type.Namespace),
            _ => default,
        };
        return metadata.StringComparer.Equals(name, Contract) && metadata.StringComparer.Equals(space, nameof(MoeGen));
    }

    private static EmbeddedSource Read(PEReader image, MetadataReader metadata, TypeDefinition type, string assembly)
    {
        string name = NameOf(metadata, type);
        foreach (PropertyDefinition property in type.GetProperties().Select(metadata.GetPropertyDefinition))
        {
            MethodDefinitionHandle getter = property.GetAccessors().Getter;
            if (metadata.StringComparer.Equals(property.Name, Property) && !getter.IsNil)
            {
                byte[] code = image.GetMethodBody(metadata.GetMethodDefinition(getter).RelativeVirtualAddress).GetILBytes()!;
                return new EmbeddedSource(name, LiteralGetter.Read(image, metadata, code) ?? throw OtherForm());
            }
        }

        throw OtherForm();

        BadInputException OtherForm() => new($"{assembly}: {name}.{Property} is no literal as this version of MoeGen generates it; build the assembly with the version of this tool.");
    }

    private static string NameOf(MetadataReader metadata, TypeDefinition type)
    {
        string name = metadata.GetString(type.Name);
        if (!type.GetDeclaringType().IsNil)
        {
            return $"{NameOf(metadata, metadata.GetTypeDefinition(type.GetDeclaringType()))}.{name}";
        }

        return type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
