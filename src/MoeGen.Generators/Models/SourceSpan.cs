namespace MoeGen.Generators.Models;

/// <summary>A place in a file, by value.</summary>
/// <param name="FilePath">The file.</param>
/// <param name="Start">First character.</param>
/// <param name="Length">Characters.</param>
/// <param name="StartLine">Line of the first character, from 0.</param>
/// <param name="StartCharacter">Column of the first character, from 0.</param>
/// <param name="EndLine">Line after the last character, from 0.</param>
/// <param name="EndCharacter">Column after the last character, from 0.</param>
internal sealed record SourceSpan(
    string FilePath, int Start, int Length, int StartLine, int StartCharacter, int EndLine, int EndCharacter);
