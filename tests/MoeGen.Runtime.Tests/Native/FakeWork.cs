namespace MoeGen.Tests;

/// <summary>A launch that has not run yet: its module, and the addresses in its arguments.</summary>
internal sealed record FakeWork(string Kernel, nint Module, byte[] Arguments);
