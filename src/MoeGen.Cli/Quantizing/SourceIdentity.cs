using System.Security.Cryptography;
using System.Text;

namespace MoeGen.Cli.Quantizing;

/// <summary>Tells whether a checkpoint is the one of before: names, sizes and times of its files, and config.json itself.</summary>
internal static class SourceIdentity
{
    public static string Of(string folder, string? calibration)
    {
        var text = new StringBuilder();
        foreach (string path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            Append(Path.GetFileName(path), path);
        }

        if (calibration is not null)
        {
            Append("calibration", calibration);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));

        void Append(string name, string path)
        {
            // Of a link, what it leads to.
            FileSystemInfo? target = File.ResolveLinkTarget(path, returnFinalTarget: true);
            var file = new FileInfo(target?.FullName ?? path);
            text.Append(name).Append('\0').Append(file.Length).Append('\0').Append(file.LastWriteTimeUtc.Ticks).Append('\n');
        }
    }
}
