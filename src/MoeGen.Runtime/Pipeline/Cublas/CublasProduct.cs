namespace MoeGen;

/// <summary>One grouped product as cuBLAS sees it. C = A * B^T, row-major, is C^T = B * A^T for a library that counts columns first.</summary>
/// <param name="A">[rows, Depth].</param>
/// <param name="B">[E, Columns, Depth].</param>
/// <param name="C">[rows, Columns].</param>
/// <param name="ElementBytes">Bytes of an element of A and B.</param>
/// <param name="ResultBytes">Bytes of an element of C.</param>
/// <param name="Type">cudaDataType of A and B.</param>
/// <param name="ResultType">cudaDataType of C.</param>
/// <param name="Columns">Columns of C.</param>
/// <param name="Depth">Columns of A and B.</param>
internal readonly record struct CublasProduct(
    ulong A, ulong B, ulong C, int ElementBytes, int ResultBytes, int Type, int ResultType, int Columns, int Depth)
{
    /// <summary>The rows of A from one on.</summary>
    public ulong RowsOfA(int row) => A + ((ulong)row * (ulong)Depth * (ulong)ElementBytes);

    /// <summary>The weights of an expert.</summary>
    public ulong Expert(int expert) => B + ((ulong)expert * (ulong)Columns * (ulong)Depth * (ulong)ElementBytes);

    /// <summary>The rows of C from one on.</summary>
    public ulong RowsOfC(int row) => C + ((ulong)row * (ulong)Columns * (ulong)ResultBytes);
}
