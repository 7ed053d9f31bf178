namespace MoeGen.Generators.Tests.Harness;

internal static class RuntimeStubs
{
    public const string Source = """
        #pragma warning disable
        global using MoeGen;
        namespace MoeGen
        {
            public sealed class CudaContext;
            public sealed class ManagedBackend;
            public sealed class MoeCudaOptions;
            public sealed class MoeWeights<T> where T : unmanaged;
            public sealed class DeviceMoeWeights<T> where T : unmanaged;
            public sealed class CudaKernel
            {
                public int ResidentBlocks => 1;
                public void Launch<TArguments>(in TArguments arguments, long gridBlocks, CudaStream stream) where TArguments : unmanaged { }
            }
            public static class Stubs
            {
                public static CudaKernel GetKernel(this CudaModule module, string name, int threads, int sharedMemoryBytes) => new();
            }
            public abstract class MoeLayer<TSelf, T> where TSelf : MoeLayer<TSelf, T>, IMoeDescriptor<TSelf, T> where T : unmanaged
            {
                protected MoeLayer(CudaContext context, MoeWeights<T> weights, MoeCudaOptions? options) { }
                protected MoeLayer(CudaContext context, DeviceMoeWeights<T> weights, MoeCudaOptions? options) { }
                protected MoeLayer(ManagedBackend backend, MoeWeights<T> weights) { }
            }
        }
        """;
}
