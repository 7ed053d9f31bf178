using Xunit;

namespace MoeGen.Tests;

/// <summary>What waits for the whole context and comes from a thread that captures.</summary>
public sealed class CaptureGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CaptureGate _gate = new();
    private int _runs;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Outside_captures_it_runs_at_once()
    {
        _gate.WaitOrDefer(() => _runs++);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public void Inside_a_capture_it_runs_once_when_that_has_ended_also_after_an_error()
    {
        Assert.Throws<InvalidTimeZoneException>(() => _gate.Capture(() =>
        {
            _gate.WaitOrDefer(() => Assert.False(_gate.IsCapturing));
            _gate.WaitOrDefer(() => _runs++);
            Assert.Equal(0, _runs);
            throw new InvalidTimeZoneException();
        }));
        Assert.Equal(1, _runs);
        _gate.Capture(() => { });
        _gate.Wait(() => { });
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task It_follows_the_last_of_several_captures()
    {
        using var begun = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        Task longer = Task.CompletedTask;
        _gate.Capture(() =>
        {
            longer = Task.Run(() => _gate.Capture(() =>
            {
                begun.Set();
                Assert.True(end.Wait(Patience));
            }));
            Assert.True(begun.Wait(Patience, Cancellation));
            _gate.WaitOrDefer(() => _runs++);
        });
        Assert.Equal(0, _runs);
        end.Set();
        await longer.WaitAsync(Patience, Cancellation);
        Assert.Equal(1, _runs);
    }
}
