using MoeGen.Checkpoints;

namespace MoeGen.Cli.Tests.Harness;

/// <summary>Checkpoints that Hugging Face saved, with a recorded call of their block.</summary>
internal static class Golden
{
    public const int Tokens = 37, HiddenSize = 128;

    public static string[] Families { get; } = ["mixtral", "qwen2_moe", "qwen3_moe", "deepseek_v3", "gpt_oss"];

    public static string Folder(string family) => Path.Combine(AppContext.BaseDirectory, "Golden", family);

    public static string Io(string family) => Path.Combine(Folder(family), "io.safetensors");

    /// <summary>A copy of a checkpoint in another folder, to be damaged.</summary>
    public static string Copy(string family, TestFolder folder)
    {
        string copy = Directory.CreateDirectory(folder.File(family)).FullName;
        foreach (string file in Directory.GetFiles(Folder(family)))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    /// <summary>The recorded call with its output changed.</summary>
    public static string ChangedIo(string family, TestFolder folder, Action<float[], int[]> change)
    {
        using SafetensorsFile io = SafetensorsFile.Open(Io(family));
        float[] expected = io.Get<float>("output_fp32").ToArray();
        int[] ids = io.Get<int>("gate.2").ToArray();
        change(expected, ids);
        var writer = new SafetensorsWriter();
        writer.Add<float>("input", [Tokens, HiddenSize], io.Get<float>("input").ToArray());
        writer.Add<float>("output_fp32", [Tokens, HiddenSize], expected);
        writer.Add<int>("gate.2", [Tokens, ids.Length / Tokens], ids);
        string path = folder.File("changed.safetensors");
        writer.Save(path);
        return path;
    }
}
