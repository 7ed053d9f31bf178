using System.Text;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Checkpoints of every family and form with damaged configurations and headers.</summary>
public sealed class HostileFormsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Configurations()
    {
        (string Folder, byte[] Config, long Bytes)[] seeds = [.. FamilyCases.Names.Select(Seed)];
        HostileRun.Run("families", 1500, 30_000, [HostileRead.Accepted, HostileRead.Refused], random =>
        {
            (string folder, byte[] config, long bytes) = seeds[random.Next(seeds.Length)];
            byte[] damaged = HostileJson.Mutate(Encoding.UTF8.GetString(config), random);
            File.WriteAllBytes(Path.Combine(folder, "config.json"), damaged);
            return HostileRead.Checkpoint(bytes + damaged.Length, () => Open(folder), Check);
        });
    }

    [Fact]
    public void Headers()
    {
        (string Folder, byte[] Config, long Bytes)[] seeds = [.. FamilyCases.Names.Select(Seed)];
        byte[][] files = [.. seeds.Select(seed => File.ReadAllBytes(Path.Combine(seed.Folder, "model.safetensors")))];
        HostileRun.Run("forms", 1000, 20_000, [HostileRead.Accepted, HostileRead.Refused], random =>
        {
            int number = random.Next(seeds.Length);
            byte[] damaged = DamageHeader(files[number], random);
            File.WriteAllBytes(Path.Combine(seeds[number].Folder, "model.safetensors"), damaged);
            return HostileRead.Checkpoint(damaged.Length, () => Open(seeds[number].Folder), Check);
        });
    }

    // Exchanges a type, a number or a name: the file stays nearly right.
    private static byte[] DamageHeader(byte[] file, Random random)
    {
        int length = (int)BitConverter.ToInt64(file);
        string header = Encoding.UTF8.GetString(file, 8, length);
        (string From, string To)[] changes =
        [
            ("BF16", "F16"), ("BF16", "U16"), ("F16", "BF16"), ("F32", "I32"), ("F8_E4M3", "U8"), ("U8", "F8_E4M3"), ("24", "16"), ("16", "24"), ("[8,", "[4,"),
            ("weight", "weights"), ("gate", "up"), ("_scales", "_blocks"), ("layers.1", "layers.0"), ("[", "[1,"), (",16]", "]"), ("up_proj", "down_proj"), ("experts.3", "experts.4"),
        ];
        (string from, string to) = changes[random.Next(changes.Length)];
        int[] places = [.. Places(header, from)];
        if (places.Length > 0)
        {
            int place = places[random.Next(places.Length)];
            header = string.Concat(header.AsSpan(0, place), to, header.AsSpan(place + from.Length));
        }

        return TempFolder.Bytes(Encoding.UTF8.GetBytes(header), file[(8 + length)..]);
    }

    private static IEnumerable<int> Places(string text, string part)
    {
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
        {
            yield return at;
        }
    }

    private static MoeCheckpoint Open(string folder)
    {
        MoeCheckpoint checkpoint = MoeCheckpoint.Open(folder);
        try
        {
            if (checkpoint.NumLayers > 1)
            {
                checkpoint.GetBlock(1).LoadWeights<float>(allowConversion: true);
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    // What is accepted can be run.
    private static void Check(MoeCheckpoint checkpoint)
    {
        if (checkpoint.NumLayers > 1)
        {
            MoeBlock block = checkpoint.GetBlock(1);
            MoeWeights<float> weights = block.LoadWeights<float>(allowConversion: true);
            var output = new float[2 * block.Shape.HiddenSize];
            ManagedMoe.ForwardBlock<float>(weights, block.Activation, new float[output.Length], block.Router, output, swiglu: block.Swiglu);
        }
    }

    private (string Folder, byte[] Config, long Bytes) Seed(string name)
    {
        using var own = new TempFolder();
        FamilyCase made = FamilyCases.Make(name);
        made.Checkpoint.Write(own);
        string folder = _folder.File(name.Replace(' ', '_'));
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(own.Path))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        Assert.Equal(HostileRead.Accepted, HostileRead.Checkpoint(1 << 20, () => Open(folder), Check));
        return (folder, File.ReadAllBytes(Path.Combine(folder, "config.json")), new FileInfo(Path.Combine(folder, "model.safetensors")).Length);
    }
}
