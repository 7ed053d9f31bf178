namespace MoeGen.Native;

/// <summary>The driver's return codes (CUresult). Only those are named that the runtime itself tells apart.</summary>
internal enum CudaResult
{
    Success = 0,
    InvalidValue = 1,
    OutOfMemory = 2,
    NoDevice = 100,
    InvalidDevice = 101,
    InvalidImage = 200,
    InvalidContext = 201,
    NotFound = 500,
    NotReady = 600,
}
