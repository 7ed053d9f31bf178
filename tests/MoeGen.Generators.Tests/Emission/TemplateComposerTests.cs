using MoeGen.Generators.Emit.Cuda;

namespace MoeGen.Generators.Tests.Emission;

/// <summary>How templates become one text.</summary>
public sealed class TemplateComposerTests
{
    [Fact]
    public void Each_template_is_inlined_once_after_what_it_includes()
    {
        string text = Compose(
            "a/root.cuh",
            ("a/root.cuh", "#pragma once\n#include \"left.cuh\"\n#include \"../b/right.cuh\"\nroot\n"),
            ("a/left.cuh", "#pragma once\n  #include \"../b/right.cuh\"\n\nleft  \n\n"),
            ("b/right.cuh", "#pragma once\r\n#pragma unroll\r\nright\r\n"));
        Assert.Equal(
            "\n// ---- b/right.cuh ----\n#pragma unroll\nright\n\n// ---- a/left.cuh ----\nleft\n\n// ---- a/root.cuh ----\nroot\n", text);
    }

    [Fact]
    public void A_template_of_includes_only_leaves_no_banner() => Assert.Equal(
        "\n// ---- part.cuh ----\npart\n", Compose("all.cuh", ("all.cuh", "#pragma once\n#include \"part.cuh\"\n"), ("part.cuh", "part")));

    [Fact]
    public void Blank_lines_lead_and_end_no_template_and_are_never_doubled() => Assert.Equal(
        "\n// ---- a.cuh ----\nfirst\n\nsecond\n", Compose("a.cuh", ("a.cuh", "#pragma once\n\n\nfirst\n\n  \n\nsecond\n\n\n")));

    [Fact]
    public void A_comment_that_begins_a_template_is_the_banners_heading() => Assert.Equal(
        "\n// ---- a.cuh ---- What it is,\n// and why.\ncode // not this\n",
        Compose("a.cuh", ("a.cuh", "#pragma once\n// What it is,\n// and why.\n\ncode // not this\n")));

    [Fact]
    public void No_blank_line_follows_a_heading_of_one_line() => Assert.Equal(
        "\n// ---- a.cuh ---- What it is.\ncode\n", Compose("a.cuh", ("a.cuh", "#pragma once\n// What it is.\n\ncode\n")));

    [Fact]
    public void A_comment_alone_is_a_template() => Assert.Equal("\n// ---- a.cuh ---- Nothing.\n", Compose("a.cuh", ("a.cuh", "// Nothing.\n")));

    [Fact]
    public void A_missing_template_is_named_with_its_includer() => Fails(
        "There is no template 'a/none.cuh', which a/root.cuh includes.", "a/root.cuh", ("a/root.cuh", "#include \"none.cuh\""));

    [Fact]
    public void A_missing_root_is_named() => Fails("There is no template 'none.cuh', which the generator includes.", "none.cuh");

    [Fact]
    public void A_circle_is_told_whole() => Fails(
        "Templates include each other in a circle: a.cuh -> b.cuh -> a.cuh.", "a.cuh", ("a.cuh", "#include \"b.cuh\""), ("b.cuh", "#include \"a.cuh\""));

    [Fact]
    public void A_header_of_the_toolkit_is_refused() => Fails(
        "'#include <cuda_bf16.h>' in template 'a.cuh' is not an include of another template.", "a.cuh", ("a.cuh", "#include <cuda_bf16.h>"));

    [Fact]
    public void A_path_above_the_root_is_refused() => Fails(
        "'#include \"../../b.cuh\"' in template 'a/a.cuh' leaves the templates' root.", "a/a.cuh", ("a/a.cuh", "#include \"../../b.cuh\""));

    private static string Compose(string root, params (string Path, string Text)[] templates)
    {
        Dictionary<string, string> files = templates.ToDictionary(template => template.Path, template => template.Text);
        return new TemplateComposer(path => files.GetValueOrDefault(path)).Include(root).ToString();
    }

    private static void Fails(string message, string root, params (string Path, string Text)[] templates) =>
        Assert.Equal(message, Assert.Throws<TemplateException>(() => Compose(root, templates)).Message);
}
