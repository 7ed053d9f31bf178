using System.CommandLine;

namespace MoeGen.Benchmarks;

/// <summary>The options of the command line.</summary>
internal sealed class CommandLine
{
    private readonly Option<string[]> _models = Many("--models", "Model shapes.", [.. ModelShape.All.Select(model => model.Name)]);
    private readonly Option<int[]> _tokens = Many("--tokens", "Token counts, 1 to 262144.", 1, 8, 64, 512, 4096, 16384);
    private readonly Option<RoutingPattern[]> _routings = Many("--routing", $"random: uniform; zipf: skewed, s = {RoutingGenerator.ZipfExponent}; oneexpert: all tokens the same K experts.", RoutingPattern.Random);
    private readonly Option<string> _layer = new("--layer") { Description = "ladder: the planner's tiles; pinned: 128x128, and the decode kernels for few tokens; cublas: GEMMs by cuBLAS, timed eagerly; int8, w8a16, w4a16, mxfp4: the ladder of a quantised format.", DefaultValueFactory = _ => "ladder" };
    private readonly Option<string?> _variant = new("--variant") { Description = "Variant that every call runs, one of the layer's, for instance m128n256k64s3 or decode; left out: chosen for each call." };
    private readonly Option<bool> _choice = new("--choice") { Description = "Times every variant of the ladder at each point, and how far the chosen one is from the best." };
    private readonly Option<bool> _routers = new("--routers") { Description = "Times the routing alone instead of layers: logits to the list of tiles, and the router's linear layer." };
    private readonly Option<string?> _out = new("--out") { Description = "Folder for results.json and results.md." };
    private readonly Option<string?> _commit = new("--commit") { Description = "Commit of the code that is measured, for the report." };
    private readonly Option<double?> _teraflops = new("--tflops") { Description = "The device's limit in TFLOP/s; left out: stated for an H200, measured with cuBLAS elsewhere. Together with --tbs." };
    private readonly Option<double?> _terabytes = new("--tbs") { Description = "The device's limit in TB/s, bytes read plus written. Together with --tflops." };
    private readonly Option<string?> _python = new("--rivals") { Description = "A Python with torch (and Triton): times the rivals at the same points." };
    private readonly Option<string[]> _rivalNames = Many("--rival-names", "Which rivals.", RivalRunner.Names);
    private readonly Option<int> _rivalSeconds = new("--rival-seconds") { Description = "Seconds that each rival may take.", DefaultValueFactory = _ => 150 };

    /// <param name="run">Runs the benchmark; returns the exit code.</param>
    public CommandLine(Func<BenchmarkOptions, int> run)
    {
        _models.AcceptOnlyFromAmong([.. ModelShape.All.Select(model => model.Name)]);
        _layer.AcceptOnlyFromAmong(["ladder", "pinned", "cublas", .. OperandFormat.Quantized.Select(format => format.Name)]);
        _rivalNames.AcceptOnlyFromAmong(RivalRunner.Names);
        Root = new("Times MoE layers on the GPU: graph replays, cold weights, median microseconds a layer, beside the machine's floor.")
        {
            _models, _tokens, _routings, _layer, _variant, _choice, _routers, _out, _commit, _teraflops, _terabytes, _python, _rivalNames, _rivalSeconds,
        };
        Root.Validators.Add(result =>
        {
            if (result.GetValue(_teraflops) is null != (result.GetValue(_terabytes) is null))
            {
                result.AddError("--tflops and --tbs must be given together.");
            }

            if ((result.GetValue(_choice) || result.GetValue(_python) is not null) && OperandFormat.Quantized.Any(format => format.Name == result.GetValue(_layer)))
            {
                result.AddError($"--layer {result.GetValue(_layer)} goes with neither --choice nor --rivals, which are for bf16.");
            }

            foreach (int wrong in result.GetValue(_tokens)!.Where(tokens => tokens is < 1 or > 1 << 18))
            {
                result.AddError($"--tokens {wrong}; allowed are 1 to {1 << 18}.");
            }
        });
        Root.SetAction(parsed => run(Read(parsed)));
    }

    public RootCommand Root { get; }

    private BenchmarkOptions Read(ParseResult parsed) => new()
    {
        Models = [.. ModelShape.All.Where(model => parsed.GetValue(_models)!.Contains(model.Name))],
        Tokens = parsed.GetValue(_tokens)!,
        Routings = parsed.GetValue(_routings)!,
        Layer = parsed.GetValue(_layer)!,
        Variant = parsed.GetValue(_variant),
        Choice = parsed.GetValue(_choice),
        Routers = parsed.GetValue(_routers),
        Folder = parsed.GetValue(_out),
        Commit = parsed.GetValue(_commit),
        Limits = parsed.GetValue(_teraflops) is { } flops ? new MachineLimits(flops * 1e12, parsed.GetValue(_terabytes)!.Value * 1e12, "stated on the command line") : null,
        Python = parsed.GetValue(_python),
        RivalNames = parsed.GetValue(_rivalNames)!,
        RivalSeconds = parsed.GetValue(_rivalSeconds),
    };

    private static Option<T[]> Many<T>(string name, string description, params T[] preset) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => preset };
}
