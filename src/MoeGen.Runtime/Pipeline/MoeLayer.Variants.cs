namespace MoeGen;

/// <content>Which variant a call runs and why, and compiling ahead of calls.</content>
public abstract partial class MoeLayer<TSelf, T>
{
    /// <summary>Each entry of <see cref="MoeCudaOptions.TuningTable"/>, and why it is not used for this layer; empty where there is no table.</summary>
    public IReadOnlyList<TuningMatch> TuningMatches =>
        [.. (_cuda?.Kernels.TuningMatches ?? []).Select(match => match.Ignored.Length > 0 || IsOfShape(match.Entry)
            ? match
            : match with { Ignored = $"measured for E = {match.Entry.NumExperts}, H = {match.Entry.HiddenSize}, I = {match.Entry.IntermediateSize}; this layer has {Shape.NumExperts}, {Shape.HiddenSize}, {Shape.IntermediateSize}" })];

    /// <summary>The GEMM variants that a call of this size runs, and why these; null on the managed backend.</summary>
    public VariantChoice? ChoiceFor(int numTokens, int topK)
    {
        LayerChecks.CheckCounts(numTokens, topK);
        return _cuda?.Kernels.ChoiceFor(Shape, numTokens, topK);
    }

    /// <summary>
    /// Compiles and loads all that any call may need on this device, several parts of the text at a time, so that no later call
    /// waits for the compiler and every size can be captured. Nothing on the managed backend.
    /// </summary>
    /// <param name="cancellationToken">Ends it after the parts under way.</param>
    /// <exception cref="CudaCompilationException">A part does not compile.</exception>
    /// <exception cref="InvalidOperationException">The calling thread is capturing a graph.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Prepare(CancellationToken cancellationToken = default) => PrepareAsync(cancellationToken).GetAwaiter().GetResult();

    /// <summary>As <see cref="Prepare(CancellationToken)"/>, on threads of the pool, which keep no process alive. Calls may run meanwhile.</summary>
    /// <param name="cancellationToken">Ends it after the parts under way.</param>
    /// <exception cref="InvalidOperationException">The calling thread is capturing a graph.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _cuda?.Kernels.PrepareAsync(cancellationToken) ?? Task.CompletedTask;
    }

    /// <summary>Compiles and loads what calls of this size need; nothing on the managed backend.</summary>
    /// <param name="numTokens">T.</param>
    /// <param name="topK">K.</param>
    /// <exception cref="CudaCompilationException">The variant does not compile.</exception>
    /// <exception cref="InvalidOperationException">The calling thread is capturing a graph.</exception>
    public void Prepare(int numTokens, int topK)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        LayerChecks.CheckCounts(numTokens, topK);
        _cuda?.Kernels.Prepare(Shape, numTokens, topK);
    }

    /// <summary>
    /// Measures on this layer's device and weights which variant is fastest, for a <see cref="TuningTable"/> that later layers are given.
    /// Takes seconds to minutes, and needs the device to itself: other work on it falsifies the times. This layer keeps choosing as it did.
    /// </summary>
    /// <param name="topK">K, 1 to 32.</param>
    /// <param name="numTokens">The values of T to measure at, growing; null: 26 from 1 to 8192.</param>
    /// <param name="cancellationToken">Ends it after the measurement under way.</param>
    /// <exception cref="ArgumentException">K or T is not allowed.</exception>
    /// <exception cref="InvalidOperationException">A graph is being captured on the device, this is called from inside a call, the layer runs on the managed backend, or it has one variant only.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TuningEntry Tune(int topK, IReadOnlyList<int>? numTokens = null, CancellationToken cancellationToken = default) =>
        Tune(topK, numTokens, timer: null, cancellationToken);

    internal TuningEntry Tune(int topK, IReadOnlyList<int>? numTokens, IVariantTimer? timer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        CudaLayer<TSelf, T> cuda = _cuda ?? throw new InvalidOperationException($"{TSelf.Descriptor.Name} runs on the {_managed!.Backend}, where there are no variants to choose from.");
        IReadOnlyList<int> grid = numTokens ?? VariantTuner.DefaultGrid;
        LayerChecks.CheckTopK(topK, MoeShape.MaxTopK);
        VariantTuner.CheckGrid(grid, topK, nameof(numTokens));
        cuda.Kernels.Context.ThrowIfLost();
        return cuda.Kernels.Tune(cuda.Weights, topK, grid, timer, cancellationToken);
    }

    private bool IsOfShape(TuningEntry entry) =>
        (entry.NumExperts, entry.HiddenSize, entry.IntermediateSize) == (Shape.NumExperts, Shape.HiddenSize, Shape.IntermediateSize);
}
