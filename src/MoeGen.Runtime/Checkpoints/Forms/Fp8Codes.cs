using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MoeGen.Checkpoints;

/// <summary>
/// F8_E4M3 times one factor as elements of 16 bits: what the codes without sign are stands in a table, which vectors look up. Elements that
/// differ in sign alone do so afterwards, unless the factor is infinite or NaN.
/// </summary>
internal static unsafe class Fp8Codes
{
    /// <summary>Codes without sign.</summary>
    private const int Codes = 128;

    /// <summary>Bytes of a table: the lower ones of the elements, then the upper ones.</summary>
    public const int TableBytes = 2 * Codes;

    private static readonly byte[] s_codes = [.. Enumerable.Range(0, Codes).Select(static code => (byte)code)];

    /// <summary>Fills a table with what <see cref="Fp8Elements"/> and one rounding give.</summary>
    [SkipLocalsInit]
    public static void Fill<T>(float factor, Span<byte> table)
        where T : unmanaged
    {
        Span<float> values = stackalloc float[Codes];
        Span<ushort> elements = stackalloc ushort[Codes];
        Fp8Elements.Decode(s_codes, factor, values);
        ElementConversion.Narrow<T, float>(values, MemoryMarshal.Cast<ushort, T>(elements));
        ref ushort element = ref MemoryMarshal.GetReference(elements);
        ref byte lower = ref MemoryMarshal.GetReference(table[..TableBytes]);
        var low = Vector128.Create((ushort)0xFF);
        for (int code = 0; code < Codes; code += 16)
        {
            var first = Vector128.LoadUnsafe(ref element, (nuint)code);
            var second = Vector128.LoadUnsafe(ref element, (nuint)code + 8);
            Vector128.Narrow(first & low, second & low).StoreUnsafe(ref lower, (nuint)code);
            Vector128.Narrow(first >> 8, second >> 8).StoreUnsafe(ref lower, (nuint)(Codes + code));
        }
    }

    /// <summary>Decodes by a table.</summary>
    public static void Decode<T>(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> table, Span<T> values)
        where T : unmanaged
    {
        _ = table[..TableBytes];
        _ = values[..stored.Length];
        fixed (byte* from = stored, codes = table)
        fixed (T* to = values)
        {
            Decode(from, codes, (byte*)to, stored.Length, pastCaches: false);
        }
    }

    /// <summary>Decodes by a table for each of several blocks.</summary>
    /// <param name="stored">Codes of a row.</param>
    /// <param name="tables">The table of the first code's block and those that follow.</param>
    /// <param name="offset">Where in its block the first code stands.</param>
    /// <param name="blockColumns">Codes of a block.</param>
    /// <param name="values">Written.</param>
    /// <param name="pastCaches">Whether what is written is better not kept there; <see cref="CacheLine.Finish"/> is left to the caller.</param>
    public static void DecodeBlocks<T>(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> tables, int offset, int blockColumns, Span<T> values, bool pastCaches)
        where T : unmanaged
    {
        int blocks = (int)(((long)offset + stored.Length + blockColumns - 1) / blockColumns);
        _ = tables[..(blocks * TableBytes)];
        _ = values[..stored.Length];
        fixed (byte* from = stored, codes = tables)
        fixed (T* to = values)
        {
            int done = 0;
            for (int block = 0; block < blocks; block++)
            {
                int length = Math.Min(stored.Length - done, blockColumns - offset);
                Decode(from + done, codes + (block * TableBytes), (byte*)(to + done), length, pastCaches);
                done += length;
                offset = 0;
            }
        }
    }

    private static void Decode(byte* from, byte* table, byte* to, int length, bool pastCaches)
    {
        int done = Avx512Vbmi.IsSupported ? Decode512(from, table, to, length, pastCaches && CacheLine.Begins(to)) : 0;
        if (done == length)
        {
            return;
        }

        done = Avx2.IsSupported ? Decode256(from, table, to, done, length) : done;
        done = Decode128(from, table, to, done, length);
        for (; done < length; done++)
        {
            int code = from[done];
            ((ushort*)to)[done] = (ushort)(table[code % Codes] | ((table[Codes + (code % Codes)] ^ (code & 0x80)) << 8));
        }
    }

    private static int Decode512(byte* from, byte* table, byte* to, int length, bool pastCaches)
    {
        var lower0 = Vector512.Load(table);
        var lower1 = Vector512.Load(table + 64);
        var upper0 = Vector512.Load(table + 128);
        var upper1 = Vector512.Load(table + 192);
        int i = 0;
        for (; i <= length - 64; i += 64)
        {
            // Eights in such an order that interleaving, which stays within 16 bytes, leaves the elements in theirs.
            Vector512<byte> codes = Avx512F.PermuteVar8x64(Vector512.Load(from + i).AsInt64(), Vector512.Create(0L, 4, 1, 5, 2, 6, 3, 7)).AsByte();
            Vector512<byte> lower = Avx512Vbmi.PermuteVar64x8x2(lower0, codes, lower1);
            Vector512<byte> upper = Avx512Vbmi.PermuteVar64x8x2(upper0, codes, upper1) ^ (codes & Vector512.Create((byte)0x80));
            CacheLine.Store(Avx512BW.UnpackLow(lower, upper), to + (2 * i), pastCaches);
            CacheLine.Store(Avx512BW.UnpackHigh(lower, upper), to + (2 * i) + 64, pastCaches);
        }

        return i;
    }

    private static int Decode256(byte* from, byte* table, byte* to, int i, int length)
    {
        for (; i <= length - 32; i += 32)
        {
            Vector256<byte> codes = Avx2.Permute4x64(Vector256.Load(from + i).AsInt64(), 0b11_01_10_00).AsByte();
            Vector256<byte> index = codes & Vector256.Create((byte)0x7F);
            Vector256<byte> lower = Vector256<byte>.Zero;
            Vector256<byte> upper = codes & Vector256.Create((byte)0x80);
            for (int first = 0; first < Codes; first += 16)
            {
                // An index with its top bit looks up zero: so do all that 0x70 carries there, which are those not of these 16.
                Vector256<byte> within = Avx2.AddSaturate(index, Vector256.Create((byte)0x70));
                lower |= Avx2.Shuffle(Twice(Vector128.Load(table + first)), within);
                upper ^= Avx2.Shuffle(Twice(Vector128.Load(table + Codes + first)), within);
                index -= Vector256.Create((byte)16);
            }

            Avx2.UnpackLow(lower, upper).Store(to + (2 * i));
            Avx2.UnpackHigh(lower, upper).Store(to + (2 * i) + 32);
        }

        return i;

        static Vector256<byte> Twice(Vector128<byte> half) => Vector256.Create(half, half);
    }

    private static int Decode128(byte* from, byte* table, byte* to, int i, int length)
    {
        for (; i <= length - 16; i += 16)
        {
            var codes = Vector128.Load(from + i);
            Vector128<byte> index = codes & Vector128.Create((byte)0x7F);
            Vector128<byte> lower = Vector128<byte>.Zero;
            Vector128<byte> upper = codes & Vector128.Create((byte)0x80);
            for (int first = 0; first < Codes; first += 16)
            {
                // What is not of these 16 looks up zero.
                lower |= Vector128.Shuffle(Vector128.Load(table + first), index);
                upper ^= Vector128.Shuffle(Vector128.Load(table + Codes + first), index);
                index -= Vector128.Create((byte)16);
            }

            (Vector128<ushort> lower0, Vector128<ushort> lower1) = Vector128.Widen(lower);
            (Vector128<ushort> upper0, Vector128<ushort> upper1) = Vector128.Widen(upper);
            ((upper0 << 8) | lower0).AsByte().Store(to + (2 * i));
            ((upper1 << 8) | lower1).AsByte().Store(to + (2 * i) + 16);
        }

        return i;
    }
}
