using System.Reflection;
using System.Runtime.Loader;

namespace MoeGen.Cli.Layers;

/// <summary>Annotated classes of a user's assembly, run with this tool's run time.</summary>
internal static class UserLayers
{
    /// <summary>Loads the assembly, with what it needs from its own folder, and finds the class.</summary>
    /// <exception cref="BadInputException">There is no such file or class, or it is none that MoeGen generated for a GPU.</exception>
    public static LayerKind Load(string assembly, string name)
    {
        string path = Path.GetFullPath(assembly);
        if (!File.Exists(path))
        {
            throw new BadInputException($"--assembly {assembly} does not exist; a .NET assembly is required.");
        }

        try
        {
            Assembly loaded = new Folder(path).LoadFromAssemblyPath(path);
            Type type = loaded.GetTypes().FirstOrDefault(type => type.FullName?.Replace('+', '.') == name)
                ?? throw new BadInputException($"--class {name}: {assembly} has no such class; moegen emit {assembly} lists the annotated ones.");
            return type.BaseType is { IsGenericType: true } layer && layer.GetGenericTypeDefinition() == typeof(MoeLayer<,>)
                ? (LayerKind)Activator.CreateInstance(typeof(LayerKind<,>).MakeGenericType(layer.GetGenericArguments()))!
                : throw new BadInputException($"--class {name} of {assembly} is no layer; a class that carries [MoeConfig] is required.");
        }
        catch (Exception broken) when (broken is BadImageFormatException or ReflectionTypeLoadException or FileLoadException)
        {
            throw new BadInputException($"--assembly {assembly} cannot be loaded: {broken.Message}");
        }
    }

    // The run time is this tool's, so that types are the same; all else is the assembly's own.
    private sealed class Folder(string path) : AssemblyLoadContext(path)
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName name) =>
            name.Name != typeof(MoeBackend).Assembly.GetName().Name && _resolver.ResolveAssemblyToPath(name) is { } file ? LoadFromAssemblyPath(file) : null;
    }
}
