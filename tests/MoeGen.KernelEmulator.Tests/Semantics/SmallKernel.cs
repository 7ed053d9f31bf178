using System.Text;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Hand-written kernels, one at a time.</summary>
internal static class SmallKernel
{
    /// <summary>Runs kernel `k` of the text, behind the named primitives as the generator would write them.</summary>
    public static void Run<TArguments>(EmulatedDevice device, string text, in TArguments arguments, int threads, int blocks = 1, params string[] primitives)
        where TArguments : unmanaged => Run(device, text, arguments, threads, blocks, sharedMemoryBytes: 0, primitives);

    /// <summary>The same with dynamic shared memory.</summary>
    public static void Run<TArguments>(EmulatedDevice device, string text, in TArguments arguments, int threads, int blocks, int sharedMemoryBytes, string[] primitives)
        where TArguments : unmanaged
    {
        var source = new StringBuilder();
        foreach (string primitive in primitives)
        {
            string template = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "templates", primitive + ".cuh"));
            IEnumerable<string> lines = template.Split('\n').Where(line => !line.StartsWith("#pragma once", StringComparison.Ordinal) && !line.StartsWith("#include", StringComparison.Ordinal));
            source.Append($"// ---- primitives/{primitive}.cuh ----\n").AppendJoin('\n', lines).Append('\n');
        }

        using CudaModule module = CudaModule.Load(device.Context, Encoding.UTF8.GetBytes(source.Append(text).ToString()));
        using CudaStream stream = device.Context.CreateStream();
        module.GetKernel("k", threads, sharedMemoryBytes).Launch(arguments, blocks, stream);
        stream.Synchronize();
    }

    public static DeviceBuffer<T> Upload<T>(EmulatedDevice device, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = device.Context.Allocate<T>(values.Length);
        buffer.CopyFrom(values);
        return buffer;
    }

    public static T[] Read<T>(DeviceBuffer<T> buffer)
        where T : unmanaged
    {
        var values = new T[buffer.Length];
        buffer.CopyTo(values);
        return values;
    }
}
