namespace MoeGen;

/// <summary>Matrices of experts of which the one that was asked for last is in memory; taken expert by expert, by one thread.</summary>
internal interface IExpertStream
{
    /// <summary>Brings an expert's matrix into memory, in the place of the one before it. What is wrong with it is thrown here.</summary>
    void Open(int expert);

    /// <summary>Lets go of it.</summary>
    void Close();
}
