using System.Diagnostics;
using System.Globalization;
using System.Text;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>
/// Loading against the page cache's own speed, and the host memory that it takes. Only with MOEGEN_LOAD_GB, the size of the checkpoint to
/// write in the temporary folder; build with -c Release.
/// </summary>
public sealed class LoadingSpeedTests : IDisposable
{
    private const int Hidden = 4096, Intermediate = 1536;
    private const int Repeats = 3;
    private const long MaxExtraBytes = 256L << 20;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bf16", 0.7)]
    [InlineData("stacked", 0.7)]
    [InlineData("transposed", 0)]
    [InlineData("fp8", 0)]
    [InlineData("mxfp4", 0)]
    public void Loading_keeps_up_with_the_page_cache(string form, double required)
    {
        if (!double.TryParse(Environment.GetEnvironmentVariable("MOEGEN_LOAD_GB"), CultureInfo.InvariantCulture, out double gigabytes))
        {
            Assert.Skip("Set MOEGEN_LOAD_GB, for example to 2, to measure loading.");
        }

        int experts = Write(form, (long)(gigabytes * 1e9));
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(0);
        using var driver = new FakeCudaDriver { CountedCopies = [], CopySink = new byte[32 << 20] };
        using var context = new CudaContext(driver);
        var best = new Dictionary<string, double>();
        var cpu = new Dictionary<string, double>();
        long bytes = checkpoint.Tensors.TensorNames.Sum(name => checkpoint.Tensors.GetTensor(name).ByteLength);
        long loaded = 2L * experts * 3 * Hidden * Intermediate;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            Measure("read", () => ReadAll(checkpoint.Tensors, fresh: false));
            Measure("read into new memory", () => ReadAll(checkpoint.Tensors, fresh: true));
            long before = PeakResident(reset: true);
            Measure("load", () => block.LoadWeights<BFloat16>(allowConversion: true));
            Report($"load: {Math.Max(0, PeakResident() - before - loaded) >> 20} MB beyond result, mapped pages included");
            GC.Collect();
            before = GC.GetTotalAllocatedBytes(precise: true);
            Measure("upload", () => block.Upload<BFloat16>(context, allowConversion: true).Dispose());
            long extra = GC.GetTotalAllocatedBytes(precise: true) - before;
            Report($"upload: {extra >> 20} MB of host memory");
            Assert.InRange(extra, 0, MaxExtraBytes);
        }

        foreach ((string name, double seconds) in best)
        {
            Report($"{form} {name}: {bytes / seconds / 1e9:F2} GB/s of {bytes / 1e9:F2} GB, {best["read"] / seconds:P0} of read; {cpu[name]:F2} s of processors");
        }

        Assert.True(best["read into new memory"] / best["load"] >= required, "LoadWeights is slower than required.");
        Assert.True(best["read"] / best["upload"] >= required, "Upload is slower than required.");

        void Measure(string name, Action action)
        {
            TimeSpan busy = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            action();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            cpu[name] = Math.Min(cpu.GetValueOrDefault(name, double.MaxValue), (Environment.CpuUsage.TotalTime - busy).TotalSeconds);
            best[name] = Math.Min(best.GetValueOrDefault(name, double.MaxValue), seconds);
        }
    }

    private static void Report(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    // What a program that wants the bytes does at least: copy them out of the mapping, into one buffer again and again or into memory of their own.
    private static void ReadAll(SafetensorsCheckpoint tensors, bool fresh)
    {
        var buffer = new byte[32 << 20];
        var kept = new List<byte[]>();
        foreach (string name in tensors.TensorNames)
        {
            long length = tensors.GetTensor(name).ByteLength;
            for (long offset = 0; offset < length; offset += buffer.Length)
            {
                int piece = (int)Math.Min(buffer.Length, length - offset);
                byte[] to = fresh ? GC.AllocateUninitializedArray<byte>(piece) : buffer;
                tensors.GetBytes(name, offset, piece).Span.CopyTo(to);
                if (fresh)
                {
                    kept.Add(to);
                }
            }
        }

        GC.KeepAlive(kept);
    }

    private static long PeakResident(bool reset = false)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        if (reset)
        {
            GC.Collect();
            File.WriteAllText("/proc/self/clear_refs", "5");
        }

        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM", StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    // Random bytes but for exponents of MXFP4, which 255 would make NaN; as many experts as make up the size.
    private int Write(string form, long bytes)
    {
        const long Elements = (long)Hidden * Intermediate;
        double each = form switch { "fp8" => 3.0 * Elements, "mxfp4" => 3.0 * Elements * 17 / 32, _ => 6.0 * Elements };
        int experts = (int)Math.Max(1, bytes / each);
        string keys = form switch
        {
            "transposed" or "mxfp4" => "\"model_type\":\"gpt_oss\",\"intermediate_size\":1536",
            _ => "\"model_type\":\"qwen3_moe\",\"moe_intermediate_size\":1536",
        };
        string quantization = form switch
        {
            "fp8" => ",\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":[128,128]}",
            "mxfp4" => ",\"quantization_config\":{\"quant_method\":\"mxfp4\"}",
            _ => "",
        };
        _folder.Write("config.json", $"{{{keys},\"hidden_act\":\"silu\",\"hidden_size\":{Hidden},\"num_hidden_layers\":1,\"num_local_experts\":{experts},\"num_experts_per_tok\":1{quantization}}}");
        var tensors = new List<(string Name, string Dtype, int[] Shape, long Bytes)>();
        void Add(string name, string dtype, int size, params int[] shape) => tensors.Add((name, dtype, shape, shape.Aggregate((long)size, (product, length) => product * length)));
        Add(form is "transposed" or "mxfp4" ? "router.weight" : "gate.weight", "BF16", 2, experts, Hidden);
        switch (form)
        {
            case "transposed" or "mxfp4":
                Add("router.bias", "BF16", 2, experts);
                Add("experts.gate_up_proj_bias", "BF16", 2, experts, 2 * Intermediate);
                Add("experts.down_proj_bias", "BF16", 2, experts, Hidden);
                if (form == "transposed")
                {
                    Add("experts.gate_up_proj", "BF16", 2, experts, Hidden, 2 * Intermediate);
                    Add("experts.down_proj", "BF16", 2, experts, Intermediate, Hidden);
                }
                else
                {
                    Add("experts.gate_up_proj_blocks", "U8", 1, experts, 2 * Intermediate, Hidden / 32, 16);
                    Add("experts.gate_up_proj_scales", "U8", 1, experts, 2 * Intermediate, Hidden / 32);
                    Add("experts.down_proj_blocks", "U8", 1, experts, Hidden, Intermediate / 32, 16);
                    Add("experts.down_proj_scales", "U8", 1, experts, Hidden, Intermediate / 32);
                }

                break;
            case "stacked":
                Add("experts.gate_up_proj", "BF16", 2, experts, 2 * Intermediate, Hidden);
                Add("experts.down_proj", "BF16", 2, experts, Hidden, Intermediate);
                break;
            default:
                for (int expert = 0; expert < experts; expert++)
                {
                    foreach ((string projection, int rows, int columns) in new[] { ("gate_proj", Intermediate, Hidden), ("up_proj", Intermediate, Hidden), ("down_proj", Hidden, Intermediate) })
                    {
                        string name = $"experts.{expert}.{projection}.weight";
                        Add(name, form == "fp8" ? "F8_E4M3" : "BF16", form == "fp8" ? 1 : 2, rows, columns);
                        if (form == "fp8")
                        {
                            Add(name + "_scale_inv", "F32", 4, rows / 128, columns / 128);
                        }
                    }
                }

                break;
        }

        WriteTensors(tensors);
        return experts;
    }

    private void WriteTensors(List<(string Name, string Dtype, int[] Shape, long Bytes)> tensors)
    {
        long end = 0;
        byte[] header = Encoding.UTF8.GetBytes("{" + string.Join(',', tensors.Select(tensor =>
        {
            long begin = end;
            end += tensor.Bytes;
            return $"\"model.layers.0.mlp.{tensor.Name}\":{{\"dtype\":\"{tensor.Dtype}\",\"shape\":[{string.Join(',', tensor.Shape)}],\"data_offsets\":[{begin},{end}]}}";
        })) + "}");
        var block = new byte[1 << 20];
        new Random(1).NextBytes(block);
        for (int i = 0; i < block.Length; i++)
        {
            block[i] &= 0xBF;
        }

        using FileStream stream = File.Create(_folder.File("model.safetensors"));
        stream.Write(TempFolder.Bytes(header, []));
        for (long left = end; left > 0; left -= block.Length)
        {
            stream.Write(block, 0, (int)Math.Min(block.Length, left));
        }
    }
}
