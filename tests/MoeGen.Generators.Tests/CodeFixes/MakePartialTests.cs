using MoeGen.CodeFixes;

namespace MoeGen.Generators.Tests.CodeFixes;

public sealed class MakePartialTests
{
    [Fact]
    public Task A_class() => FixTest<MakePartialCodeFix>.Run(
        """
        using MoeGen;

        [MoeConfig(Dtype = Dtype.BF16)]
        public class {|MOE008:Layer|};
        """,
        """
        using MoeGen;

        [MoeConfig(Dtype = Dtype.BF16)]
        public partial class Layer;
        """);

    [Fact]
    public Task A_class_without_modifiers_keeps_its_comment() => FixTest<MakePartialCodeFix>.Run(
        """
        namespace N
        {
            // Kept.
            [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] /* and this */
            class {|MOE008:@class|} { }
        }
        """,
        """
        namespace N
        {
            // Kept.
            [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] /* and this */
            partial class @class { }
        }
        """);

    [Fact]
    public Task The_types_around_it() => FixTest<MakePartialCodeFix>.Run(
        """
        using MoeGen;

        // A comment.
        struct Outer
        {
            internal static partial class Middle
            {
                public record Inner
                {
                    [MoeConfig(Dtype = Dtype.BF16)]
                    internal sealed class {|MOE008:{|MOE009:{|MOE009:Layer|}|}|};
                }
            }
        }
        """,
        """
        using MoeGen;

        // A comment.
        partial struct Outer
        {
            internal static partial class Middle
            {
                public partial record Inner
                {
                    [MoeConfig(Dtype = Dtype.BF16)]
                    internal sealed partial class Layer;
                }
            }
        }
        """);

    [Fact]
    public Task All_of_a_document() => FixTest<MakePartialCodeFix>.Run(
        """
        using MoeGen;

        public class Outer
        {
            [MoeConfig(Dtype = Dtype.BF16)]
            public class {|MOE008:{|MOE009:First|}|};

            [MoeConfig(Dtype = Dtype.FP16)]
            public partial class {|MOE009:Second|};
        }

        [MoeConfig(Dtype = Dtype.FP32)]
        public class {|MOE008:Third|};
        """,
        """
        using MoeGen;

        public partial class Outer
        {
            [MoeConfig(Dtype = Dtype.BF16)]
            public partial class First;

            [MoeConfig(Dtype = Dtype.FP16)]
            public partial class Second;
        }

        [MoeConfig(Dtype = Dtype.FP32)]
        public partial class Third;
        """);

    [Fact]
    public Task All_of_a_project() => FixTest<MakePartialCodeFix>.Run(
        ("[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] class {|MOE008:First|};", "[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class First;"),
        ("[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.FP32)] class {|MOE008:Second|};", "[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.FP32)] partial class Second;"));

    /// <summary>Without the second part's keyword the compiler would report it, and the class would still be inside a type that is not partial.</summary>
    [Fact]
    public Task Parts_in_several_documents() => FixTest<MakePartialCodeFix>.Run(
        (
            """
            public class {|CS0260:Outer|}
            {
                internal partial struct Inner
                {
                    [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)]
                    class {|CS0260:{|MOE008:{|MOE009:{|MOE009:First|}|}|}|};
                }
            }
            """,
            """
            public partial class Outer
            {
                internal partial struct Inner
                {
                    [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)]
                    partial class First;
                }
            }
            """),
        (
            """
            partial class Outer
            {
                // A part of the inner type.
                internal struct {|CS0260:Inner|}
                {
                    partial class First { }

                    [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.FP16)]
                    partial class {|MOE009:{|MOE009:Second|}|};
                }
            }
            """,
            """
            partial class Outer
            {
                // A part of the inner type.
                internal partial struct Inner
                {
                    partial class First { }

                    [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.FP16)]
                    partial class Second;
                }
            }
            """));
}
