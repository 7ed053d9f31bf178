using MoeGen.Generators.Helpers;

namespace MoeGen.Generators.Tests.Helpers;

/// <summary>Equality by elements: what the caching of every step rests on.</summary>
public sealed class EquatableArrayTests
{
    [Fact]
    public void Equal_elements_are_equal()
    {
        EquatableArray<string> left = new(["a", "b"]), right = new(["a", "b"]);
        Assert.True(left.Equals(right));
        Assert.True(left.Equals((object)right));
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
    }

    [Fact]
    public void Order_and_count_matter()
    {
        EquatableArray<string> array = new(["a", "b"]);
        Assert.False(array.Equals(new EquatableArray<string>(["b", "a"])));
        Assert.False(array.Equals(new EquatableArray<string>(["a"])));
    }

    [Fact]
    public void Default_is_empty()
    {
        Assert.True(default(EquatableArray<string>).Equals(new EquatableArray<string>([])));
        Assert.Empty(default(EquatableArray<string>));
        Assert.Throws<ArgumentOutOfRangeException>(() => default(EquatableArray<string>)[0]);
    }

    [Fact]
    public void It_holds_a_copy()
    {
        string[] items = ["a"];
        EquatableArray<string> array = new(items);
        items[0] = "b";
        Assert.Equal(["a"], array);
    }

    [Fact]
    public void Stable_hash_is_the_same_everywhere() => Assert.Equal(["811c9dc5", "bf9cf968"], new[] { "", "foobar" }.Select(StableHash.Of));
}
