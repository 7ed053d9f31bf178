namespace MoeGen;

/// <summary>What the constants of <see cref="Activation.SwigluOai"/> and <see cref="Activation.SwigluStep"/> must satisfy.</summary>
internal static class SwigluChecks
{
    /// <summary>Per-expert values are refused where the activation has no such constant: they would have no effect.</summary>
    /// <param name="activation">The layer's function.</param>
    /// <param name="hasAlpha">Whether an alpha of each expert is given.</param>
    /// <param name="hasBeta">Whether a beta of each expert is given.</param>
    /// <param name="hasLimit">Whether a limit of each expert is given.</param>
    /// <param name="name">The argument that brings them.</param>
    public static void CheckEffect(Activation activation, bool hasAlpha, bool hasBeta, bool hasLimit, string name)
    {
        Check(hasAlpha && !activation.HasAlphaAndBeta(), "SwigluAlpha", "alpha", "SwigluOai");
        Check(hasBeta && !activation.HasAlphaAndBeta(), "SwigluBeta", "beta", "SwigluOai");
        Check(hasLimit && !activation.HasLimit(), "SwigluLimit", "limit", "SwigluOai and SwigluStep");

        void Check(bool refused, string member, string constant, string allowed)
        {
            if (refused)
            {
                throw new ArgumentException(
                    $"{name} have {member}, and activation is {activation}, which has no {constant}; {member} is allowed with {allowed}.", name);
            }
        }
    }

    /// <summary>The constants that <paramref name="activation"/> uses must be in range; the others have no meaning.</summary>
    public static void CheckConstants(Activation activation, SwigluConstants constants, string name)
    {
        if (activation.HasAlphaAndBeta())
        {
            CheckFinite(constants.Alpha, $"{name}.Alpha", name);
            CheckFinite(constants.Beta, $"{name}.Beta", name);
        }

        if (activation.HasLimit())
        {
            CheckLimit(constants.Limit, $"{name}.Limit", name);
        }
    }

    /// <summary>A finite number, for alpha and beta.</summary>
    /// <param name="value">The number.</param>
    /// <param name="what">What the message calls it.</param>
    /// <param name="name">The argument or member that holds it.</param>
    public static void CheckFinite(float value, string what, string name)
    {
        if (!float.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{what} is {value}; allowed are finite numbers.");
        }
    }

    /// <summary>A positive number or +infinity.</summary>
    /// <param name="value">The number.</param>
    /// <param name="what">What the message calls it.</param>
    /// <param name="name">The argument or member that holds it.</param>
    public static void CheckLimit(float value, string what, string name)
    {
        // NaN is not greater than 0 either.
        if (!(value > 0))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{what} is {value}; allowed are positive numbers and +infinity.");
        }
    }
}
