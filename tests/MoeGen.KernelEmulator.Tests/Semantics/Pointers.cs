using System.Runtime.InteropServices;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Arguments of the hand-written kernels: up to three addresses and a number.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Pointers
{
    public const string Text = "struct Pointers { void* a; void* b; void* c; long long n; };\n";

    public ulong A;
    public ulong B;
    public ulong C;
    public long N;
}
