using MoeGen.Native;

namespace MoeGen;

/// <content>Graph capture.</content>
public sealed partial class CudaStream
{
    private const int ThreadLocal = 1;

    /// <summary>
    /// Captures what <paramref name="work"/> enqueues on this stream into a graph, without running it. Meanwhile the calling
    /// thread must not allocate, free, copy synchronously or wait; other threads are free, and those that wait for the whole
    /// device, as copies without a stream do, begin when the capture has ended.
    /// Memory the work uses must live, at the same addresses, as long as the graph is launched.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is the legacy default stream, or it is being captured already.</exception>
    /// <exception cref="CudaException">The work did something a graph cannot hold, or another error of the driver.</exception>
    public CudaGraph Capture(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (Handle is 0 or 1)
        {
            throw new InvalidOperationException("The legacy default stream cannot be captured; use one made by CreateStream.");
        }

        if (IsCapturing)
        {
            throw new InvalidOperationException("The stream is being captured already; captures do not nest.");
        }

        nint graph = 0;
        lock (Gate.Enqueueing)
        {
            using var hold = new HandleHold(_owned);
            Context.Captures.Capture(() => graph = Record(work));
        }

        return CudaGraph.Instantiate(Context, graph);
    }

    private nint Record(Action work)
    {
        ICudaDriver driver = Driver;
        nint stream = Handle, context = Context.Handle.Value;
        Context.Check(driver.BeginCapture(stream, ThreadLocal), "Beginning a graph capture");
        nint graph;
        try
        {
            work();
        }
        catch
        {
            // The first error is the one to report; ending the capture only gives the stream back.
            if (End(out graph) == CudaResult.Success && graph != 0)
            {
                _ = driver.DestroyGraph(graph);
            }

            throw;
        }

        Context.Check(End(out graph), "Ending a graph capture");
        return graph;

        // Whatever the work has left: another context current, this one lost or disposed.
        CudaResult End(out nint captured)
        {
            _ = driver.SetCurrentContext(context);
            return driver.EndCapture(stream, out captured);
        }
    }
}
