namespace MoeGen.Cli.Output;

/// <summary>What is said of an exception: never its stack.</summary>
internal static class ProblemText
{
    public static string Of(Exception problem) => problem switch
    {
        AggregateException { InnerExceptions: [var only] } => Of(only),
        ArgumentException argument => WithoutParameter(argument),
        BadInputException or IOException or UnauthorizedAccessException or CudaException or CudaContextLostException or DllNotFoundException
            or CudaCompilationException or TuningException or InvalidOperationException or NotSupportedException => problem.Message,
        OutOfMemoryException => $"The memory of this machine does not suffice: {problem.Message}",
        OperationCanceledException => "Cancelled.",
        _ => $"{problem.GetType().Name}: {problem.Message}",
    };

    // .NET adds the name of a method's parameter, which says nothing here.
    private static string WithoutParameter(ArgumentException argument)
    {
        string message = argument.Message;
        int end = message.IndexOf($" (Parameter '{argument.ParamName}')", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
