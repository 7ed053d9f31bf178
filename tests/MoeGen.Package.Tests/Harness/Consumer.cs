namespace MoeGen.Package.Tests.Harness;

/// <summary>A project of somebody else: outside the repository, with the package from a folder and package caches of its own.</summary>
internal sealed class Consumer : IDisposable
{
    /// <summary>The annotated class, as the user writes it.</summary>
    public const string Layer =
        """
        using MoeGen;

        namespace Consumer;

        [MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Identity, Tile = "128x128")]
        public partial class Layer;
        """;

    /// <summary>Expert 1 of two, with ones everywhere but in its fc1, which holds twos: 0.5 * 8 * (8 * 2) = 64.</summary>
    private const string Program =
        """
        using Consumer;
        using MoeGen;

        BFloat16 one = (BFloat16)1f, two = (BFloat16)2f;
        var shape = new MoeShape(numExperts: 2, hiddenSize: 8, intermediateSize: 8);
        BFloat16[] fc1 = [.. Enumerable.Repeat(one, 64), .. Enumerable.Repeat(two, 64)];
        BFloat16[] fc2 = [.. Enumerable.Repeat(one, 128)];
        var weights = new MoeWeights<BFloat16>(shape, Fc1Layout.Plain, fc1, fc2);
        BFloat16[] input = [.. Enumerable.Repeat(one, 8)], output = new BFloat16[8];

        using var layer = new Layer(new ManagedBackend(), weights);
        layer.Forward(input, [1], [0.5f], output);
        Console.WriteLine($"backend {layer.Backend}, output {string.Join(' ', output.Select(value => (float)value))}");
        Console.WriteLine($"text has moe_gemm1: {System.Text.Encoding.UTF8.GetString(Layer.CudaSource).Contains("moe_gemm1_m128n128")}");
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("moegen-consumer-").FullName;

    public Consumer(PackedPackage package, string targetFramework = "net10.0", string properties = "")
    {
        Write(
            "Consumer.csproj",
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>{targetFramework}</TargetFramework>
                <OutputType>Exe</OutputType>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="MoeGen" Version="{package.Version}" />
              </ItemGroup>
            </Project>
            """);
        Write(
            "NuGet.config",
            $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="packages" />
              </config>
              <packageSources>
                <add key="MoeGen" value="{package.Folder}" />
              </packageSources>
              <fallbackPackageFolders>{Fallback()}</fallbackPackageFolders>
            </configuration>
            """);
        Write("Layer.cs", Layer);
        Write("Program.cs", Program);
    }

    public void Write(string file, string text) => File.WriteAllText(PathOf(file), text + "\n");

    public string PathOf(string file) => Path.Combine(_folder, file);

    public ProcessRun Dotnet(params string[] arguments) => ProcessRun.Dotnet(_folder, arguments);

    /// <summary>Runs a program that a build put somewhere under the project.</summary>
    public ProcessRun Run(string program) => ProcessRun.Start(PathOf(program), _folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>What the machine has of other packages need not be fetched again; of this one it cannot have the version.</summary>
    private static string Fallback()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Directory.Exists(packages) ? $"""<add key="machine" value="{packages}" />""" : "";
    }
}
