using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace MoeGen.Cli.Emit;

/// <summary>Reads what a getter returns whose whole body is a UTF-8 literal: the address of data in the image and its length, made a span.</summary>
internal static class LiteralGetter
{
    private const byte Nop = 0x00, LdlocaS = 0x12, LdcI4M1 = 0x15, LdcI4S = 0x1F, LdcI4 = 0x20, Newobj = 0x73, Ldsflda = 0x7F;

    /// <summary>The bytes; empty for <c>default</c>; null where the body is another.</summary>
    public static byte[]? Read(PEReader image, MetadataReader metadata, ReadOnlySpan<byte> code)
    {
        code = code.TrimStart(Nop);
        if (code is [LdlocaS, ..])
        {
            return [];
        }

        if (code is not [Ldsflda, _, _, _, _, ..] || MetadataTokens.EntityHandle(Int32(code[1..])) is not { Kind: HandleKind.FieldDefinition } field)
        {
            return null;
        }

        code = code[5..];
        if (ReadLength(ref code) is not { } length || code is not [Newobj, ..])
        {
            return null;
        }

        int address = metadata.GetFieldDefinition((FieldDefinitionHandle)field).GetRelativeVirtualAddress();
        PEMemoryBlock data = image.GetSectionData(address);
        return address != 0 && length >= 0 && length <= data.Length ? [.. data.GetContent(0, length)] : null;
    }

    // One of the instructions that push a constant.
    private static int? ReadLength(ref ReadOnlySpan<byte> code)
    {
        (int? length, int size) = code switch
        {
            [LdcI4, _, _, _, _, ..] => (Int32(code[1..]), 5),
            [LdcI4S, var value, ..] => ((sbyte)value, 2),
            [>= LdcI4M1 and < LdcI4S, ..] => (code[0] - LdcI4M1 - 1, 1),
            _ => ((int?)null, 0),
        };
        code = code[size..];
        return length;
    }

    private static int Int32(ReadOnlySpan<byte> code) => BinaryPrimitives.ReadInt32LittleEndian(code);
}
