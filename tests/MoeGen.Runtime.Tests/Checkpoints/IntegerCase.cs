using System.Runtime.InteropServices;
using MoeGen.Checkpoints;

namespace MoeGen.Tests;

/// <summary>A checkpoint with a shared expert whose experts are random codes in some form, and what they stand for.</summary>
internal sealed class IntegerCase
{
    public const int Hidden = 64, Intermediate = 96, SharedWidth = 160;

    private readonly Random _random = new(21);
    private readonly IntegerForm _form;

    public IntegerCase(string form)
    {
        _form = IntegerForm.Of(form);
        string config = $"\"model_type\":\"qwen2_moe\",\"hidden_size\":{Hidden},\"moe_intermediate_size\":{Intermediate},\"shared_expert_intermediate_size\":{SharedWidth},\"num_experts\":4,\"num_experts_per_tok\":2,\"norm_topk_prob\":true,\"quantization_config\":{_form.Config}";
        Made = new FamilyCase(new(4, Hidden, Intermediate, 2) { SharedWidth = SharedWidth }, config, SafetensorsDtype.BF16, RoutingMethod.SoftmaxTopKRenormalized);
        PlainBlock block = Made.Block;
        block.SharedGate = Made.Numbers(Hidden, 1);
        Made.Add("mlp.gate.weight", [4, Hidden], block.Router);
        Made.Add("mlp.shared_expert_gate.weight", [1, Hidden], block.SharedGate);
        for (int e = 0; e < block.Experts; e++)
        {
            block.Mlps[e] = Mlp($"mlp.experts.{e}", Intermediate);
        }

        block.Shared = Mlp("mlp.shared_expert", SharedWidth);
    }

    public FamilyCase Made { get; }

    private (float[] Gate, float[] Up, float[] Down) Mlp(string name, int width) => (
        Matrix(name + ".gate_proj", width, Hidden), Matrix(name + ".up_proj", width, Hidden), Matrix(name + ".down_proj", Hidden, width));

    private float[] Matrix(string name, int rows, int columns)
    {
        int group = _form.Group == 0 ? columns : _form.Group;
        int groups = columns / group;
        int middle = 1 << (_form.Bits - 1);
        int[] codes = [.. Enumerable.Range(0, rows * columns).Select(_ => _random.Next(2 * middle))];
        int[] zeros = [.. Enumerable.Range(0, rows * groups).Select(_ => _form.ZeroPoints ? _random.Next(16) : middle)];

        // Exact in BF16 and F16; with 4 bits of either sign.
        float[] scales = [.. Enumerable.Range(0, rows * groups).Select(_ => (1 + _random.Next(100)) / 128f / (_form.Bits == 4 && _random.Next(2) == 0 ? -middle : middle))];
        Add(name, rows, columns, groups, codes, zeros, scales);
        return [.. codes.Select((code, i) => scales[i / group] * (code - zeros[i / group]))];
    }

    private void Add(string name, int rows, int columns, int groups, int[] codes, int[] zeros, float[] scales)
    {
        switch (_form.Name.Split(' ')[0])
        {
            case "int8":
                Made.Checkpoint.Add(name + ".weight", SafetensorsDtype.I8, [rows, columns], [.. codes.Select(code => (byte)(code - 128))]);
                Made.Checkpoint.Add(name + ".weight_scale", SafetensorsDtype.F32, [rows, 1], scales);
                break;
            case "packed":
                Words(name + ".weight_packed", [rows, columns * _form.Bits / 32], IntegerWords.AlongRows(codes, rows, columns, _form.Bits));
                Made.Checkpoint.Add(name + ".weight_scale", SafetensorsDtype.BF16, [rows, groups], scales);
                Made.Checkpoint.Add(name + ".weight_shape", SafetensorsDtype.I64, [2], MemoryMarshal.AsBytes<long>([rows, columns]).ToArray());
                if (_form.ZeroPoints)
                {
                    Words(name + ".weight_zero_point", [rows / 8, groups], IntegerWords.DownRows(zeros, rows, groups));
                }

                break;
            case "awq":
                Words(name + ".qweight", [columns, rows / 8], IntegerWords.Awq(codes, rows, columns));
                Words(name + ".qzeros", [groups, rows / 8], IntegerWords.Awq(zeros, rows, groups));
                Made.Checkpoint.Add(name + ".scales", SafetensorsDtype.F16, [groups, rows], IntegerWords.Transposed(scales, rows, groups));
                break;
            default:
                int[] stored = _form.Name.StartsWith("gptq_v2", StringComparison.Ordinal) ? zeros : [.. zeros.Select(zero => (zero - 1) & 15)];
                Words(name + ".qweight", [columns / 8, rows], IntegerWords.Gptq(codes, rows, columns));
                Words(name + ".qzeros", [groups, rows / 8], IntegerWords.GptqZeros(stored, rows, groups));
                Words(name + ".g_idx", [columns], [.. Enumerable.Range(0, columns).Select(column => column / (columns / groups))]);
                Made.Checkpoint.Add(name + ".scales", SafetensorsDtype.F16, [groups, rows], IntegerWords.Transposed(scales, rows, groups));
                break;
        }

        if (_form.Static)
        {
            Made.Checkpoint.Add(name + ".input_scale", SafetensorsDtype.F32, [1], [InputScale(name)]);
        }
    }

    /// <summary>A number for each module.</summary>
    public static float InputScale(string name) => (1 + (name.Sum(letter => letter * 7) % 50)) / 64f;

    public void Words(string name, int[] shape, int[] words) => Made.Checkpoint.Add(name, SafetensorsDtype.I32, shape, MemoryMarshal.AsBytes<int>(words).ToArray());
}
