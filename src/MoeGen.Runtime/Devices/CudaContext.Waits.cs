namespace MoeGen;

/// <content>Waits for the whole device, apart from graph captures.</content>
public sealed partial class CudaContext
{
    /// <summary>
    /// Waits until everything enqueued on the device by this context has run, and reports its errors. Waits first for graph
    /// captures of other threads to end, which it would invalidate; a capture by another library fails.
    /// </summary>
    /// <exception cref="InvalidOperationException">The calling thread is capturing.</exception>
    /// <exception cref="CudaException">A kernel failed, or another error of the driver.</exception>
    public void Synchronize() => AfterAllWork(static () => { });

    /// <summary>Waits for everything enqueued, then does <paramref name="work"/>, while no stream of the context is being captured.</summary>
    internal void AfterAllWork(Action work) => Captures.Wait(() =>
    {
        MakeCurrent();
        WaitForAll();
        work();
    });

    /// <summary>Waits again, inside <see cref="AfterAllWork"/>.</summary>
    internal void WaitForAll() => Check(Driver.SynchronizeContext(), "Waiting for the device");

    /// <summary>
    /// Waits for everything enqueued, before something that it may use is released; throws nothing. Does not wait where it
    /// cannot: on a thread that is capturing, and after an error that has lost the context, when nothing runs any more.
    /// </summary>
    internal void WaitBeforeRelease()
    {
        if (Failure is null && !Captures.IsCapturingHere)
        {
            Captures.Wait(() =>
            {
                _ = Driver.SetCurrentContext(_handle.Value);
                Note(Driver.SynchronizeContext(), "Waiting for the device");
            });
        }
    }
}
