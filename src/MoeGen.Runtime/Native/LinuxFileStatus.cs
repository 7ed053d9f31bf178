namespace MoeGen.Native;

/// <summary>Kind, permissions and owner of a file.</summary>
/// <param name="Mode">As in <c>stat</c>: the kind in the upper four bits, the permissions in the lower twelve.</param>
/// <param name="Owner">The owner's number; 0 is root.</param>
internal readonly record struct LinuxFileStatus(ushort Mode, uint Owner)
{
    private const int KindMask = 0xF000;
    private const int PlainFile = 0x8000;

    /// <summary>A plain file: no folder, pipe, socket or device.</summary>
    internal bool IsPlainFile => (Mode & KindMask) == PlainFile;

    /// <summary>The permissions.</summary>
    internal UnixFileMode Permissions => (UnixFileMode)(Mode & 0xFFF);
}
