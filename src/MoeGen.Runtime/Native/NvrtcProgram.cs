using System.Runtime.InteropServices;
using System.Text;

namespace MoeGen.Native;

/// <summary>One compilation. Frees NVRTC's memory when disposed.</summary>
internal sealed unsafe class NvrtcProgram : IDisposable
{
    private nint _program;

    internal NvrtcProgram(ReadOnlySpan<byte> source, string name)
    {
        NativeResolver.Register();

        // NVRTC wants a zero-terminated text; it copies it.
        byte[] text = new byte[source.Length + 1];
        source.CopyTo(text);
        fixed (byte* first = text)
        {
            Check(NvrtcApi.nvrtcCreateProgram(out _program, first, name, 0, null, null), "nvrtcCreateProgram");
        }
    }

    /// <summary>Compiles; returns NVRTC's name of the error, or an empty string.</summary>
    internal string Compile(IReadOnlyList<string> options)
    {
        byte** pointers = stackalloc byte*[options.Count];
        int count = 0;
        try
        {
            foreach (string option in options)
            {
                pointers[count++] = (byte*)Marshal.StringToCoTaskMemUTF8(option);
            }

            int code = NvrtcApi.nvrtcCompileProgram(_program, count, pointers);
            return code == 0 ? "" : ErrorName(code);
        }
        finally
        {
            while (count > 0)
            {
                Marshal.FreeCoTaskMem((nint)pointers[--count]);
            }
        }
    }

    internal string ReadLog()
    {
        Check(NvrtcApi.nvrtcGetProgramLogSize(_program, out nuint bytes), "nvrtcGetProgramLogSize");
        byte[] log = new byte[bytes];
        fixed (byte* first = log)
        {
            Check(NvrtcApi.nvrtcGetProgramLog(_program, first), "nvrtcGetProgramLog");
        }

        return Encoding.UTF8.GetString(log).TrimEnd('\0');
    }

    internal byte[] ReadCubin()
    {
        Check(NvrtcApi.nvrtcGetCUBINSize(_program, out nuint bytes), "nvrtcGetCUBINSize");
        byte[] image = new byte[bytes];
        fixed (byte* first = image)
        {
            Check(NvrtcApi.nvrtcGetCUBIN(_program, first), "nvrtcGetCUBIN");
        }

        return image;
    }

    /// <summary>The text with its terminating zero.</summary>
    internal byte[] ReadPtx()
    {
        Check(NvrtcApi.nvrtcGetPTXSize(_program, out nuint bytes), "nvrtcGetPTXSize");
        byte[] image = new byte[bytes];
        fixed (byte* first = image)
        {
            Check(NvrtcApi.nvrtcGetPTX(_program, first), "nvrtcGetPTX");
        }

        return image;
    }

    public void Dispose()
    {
        if (_program != 0)
        {
            _ = NvrtcApi.nvrtcDestroyProgram(ref _program);
            _program = 0;
        }
    }

    internal static void Check(int code, string function)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"{function} failed: {ErrorName(code)} ({code}).");
        }
    }

    private static string ErrorName(int code) => Marshal.PtrToStringUTF8(NvrtcApi.nvrtcGetErrorString(code)) ?? "unknown error";
}
