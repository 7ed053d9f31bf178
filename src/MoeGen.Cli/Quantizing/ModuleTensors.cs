using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using MoeGen.Checkpoints;

namespace MoeGen.Cli.Quantizing;

/// <summary>
/// The tensors of one quantised module, made while the file is written: the codes quantise the matrix, scales and zero points follow from
/// what that left. So there is one matrix in memory at a time.
/// </summary>
internal sealed class ModuleTensors<T>(ModuleJob job, QuantizeRequest request, LayerCalibration<T>? calibration, Action<ModuleJob, QuantizedMatrix, double, double> done)
    where T : unmanaged
{
    private readonly int _rows = job.Part.Rows;
    private readonly int _columns = job.Part.Columns;
    private QuantizedMatrix? _matrix;

    /// <summary>Adds what must begin at a multiple of 8 bytes.</summary>
    public void AddShape(SafetensorsWriter writer)
    {
        if (request.Scheme != QuantizeScheme.W8A8)
        {
            writer.Add<long>(job.Name + ".weight_shape", [2], new long[] { _rows, _columns });
        }
    }

    /// <summary>Adds codes, scales and zero points, in this order.</summary>
    /// <remarks>Source: compressed-tensors, compressors/pack_quantized/base.py and helpers.py; scales of 4 bits in the model's type, of 8 bits in fp32.</remarks>
    public void Add(SafetensorsWriter writer)
    {
        if (request.Scheme == QuantizeScheme.W8A8)
        {
            writer.Add(job.Name + ".weight", SafetensorsDtype.I8, [_rows, _columns], stream => stream.Write(Quantize().Codes.Span));
        }
        else
        {
            int perWord = request.Scheme == QuantizeScheme.W4A16 ? 8 : 4;
            writer.Add(job.Name + ".weight_packed", SafetensorsDtype.I32, [_rows, _columns / perWord], WritePacked);
        }

        int groups = request.Scheme == QuantizeScheme.W4A16 ? _columns / request.Options.GroupSize : 1;
        SafetensorsDtype scales = request.Scheme == QuantizeScheme.W4A16 ? SafetensorsDtypes.Of<T>() : SafetensorsDtype.F32;
        writer.Add(job.Name + ".weight_scale", scales, [_rows, groups], WriteScales);
        if (request.Scheme == QuantizeScheme.W4A16 && request.Options.ZeroPoints)
        {
            writer.Add(job.Name + ".weight_zero_point", SafetensorsDtype.I32, [_rows / 8, groups], WriteZeroPoints);
        }

        if (request.StaticScales)
        {
            writer.Add<float>(job.Name + ".input_scale", [1], new[] { calibration!.InputScaleOf(job) });
        }
    }

    private QuantizedMatrix Quantize() => calibration switch
    {
        { Feedback: { } feedback } => Quantize<T>(weights => feedback.Quantize(job, weights)),

        // What is smoothed is no longer of the element type.
        { IsSmooth: true } => Quantize<float>(weights =>
        {
            calibration.Smooth(job, weights);
            return Search(weights);
        }),
        _ => Quantize<T>(Search),
    };

    private QuantizedMatrix Search<TWeight>(TWeight[] weights)
        where TWeight : unmanaged =>
        WeightQuantizer.Quantize<TWeight>(weights, _rows, _columns, request.Options, calibration is null ? default : calibration.ColumnWeightsOf(job));

    private QuantizedMatrix Quantize<TWeight>(Func<TWeight[], QuantizedMatrix> quantize)
        where TWeight : unmanaged
    {
        var weights = new TWeight[checked(_rows * _columns)];
        job.Part.Read<TWeight>(0, _rows, weights);
        try
        {
            _matrix = quantize(weights);
        }
        catch (ArgumentException problem)
        {
            throw new CheckpointException($"{request.Source}: tensor {job.Part.Source.Tensor}, to be {job.Name}: {problem.Message}", problem);
        }

        (double error, double all) = Errors(weights, _matrix);
        done(job, _matrix, error, all);
        return _matrix;
    }

    private void WritePacked(Stream stream)
    {
        QuantizedMatrix matrix = Quantize();
        if (request.Scheme == QuantizeScheme.W4A16)
        {
            // The form of the format already.
            stream.Write(matrix.Codes.Span);
            return;
        }

        var row = new byte[_columns];
        for (int r = 0; r < _rows; r++)
        {
            TensorPrimitives.Xor(matrix.Codes.Span.Slice(r * _columns, _columns), (byte)0x80, row);
            stream.Write(row);
        }
    }

    private void WriteScales(Stream stream)
    {
        ReadOnlySpan<float> scales = _matrix!.Scales.Span;
        if (request.Scheme != QuantizeScheme.W4A16)
        {
            stream.Write(MemoryMarshal.AsBytes(scales));
        }
        else
        {
            var narrow = new T[scales.Length];
            ElementConversion.Narrow<T, float>(scales, narrow);
            stream.Write(MemoryMarshal.AsBytes<T>(narrow));
        }

        if (!request.Options.ZeroPoints || request.Scheme != QuantizeScheme.W4A16)
        {
            _matrix = null;
        }
    }

    // Eight rows a word.
    private void WriteZeroPoints(Stream stream)
    {
        ReadOnlySpan<byte> zeros = _matrix!.ZeroPoints.Span;
        int groups = _matrix.GroupsPerRow;
        var words = new byte[groups * sizeof(uint)];
        for (int first = 0; first < _rows; first += 8)
        {
            for (int group = 0; group < groups; group++)
            {
                uint word = 0;
                for (int i = 0; i < 8; i++)
                {
                    word |= (uint)zeros[((first + i) * groups) + group] << (4 * i);
                }

                BinaryPrimitives.WriteUInt32LittleEndian(words.AsSpan(group * sizeof(uint)), word);
            }

            stream.Write(words);
        }

        _matrix = null;
    }

    private static (double Error, double All) Errors<TWeight>(TWeight[] weights, QuantizedMatrix matrix)
        where TWeight : unmanaged
    {
        float[] stands = WeightQuantizer.Dequantize<TWeight>(matrix);
        var row = new float[matrix.Columns];
        (double error, double all) = (0, 0);
        for (int first = 0; first < weights.Length; first += row.Length)
        {
            ElementConversion.Widen<TWeight, float>(weights.AsSpan(first, row.Length), row);
            all += TensorPrimitives.SumOfSquares<float>(row);
            TensorPrimitives.Subtract(row, stands.AsSpan(first, row.Length), row);
            error += TensorPrimitives.SumOfSquares<float>(row);
        }

        return (error, all);
    }
}
