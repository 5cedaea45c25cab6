using System.Text;
using SnapshotKv.Blobs;

namespace SnapshotKv.Tests.Blobs;

public sealed class BlobIdTests
{
    private const string FromGo = "01a201c8-127a-743e-8fcb-80e9fa74ea54";

    [Fact]
    public void TryParse_IdFromGo_GivesItsFileAndShard()
    {
        BlobId.TryParse(FromGo, out var id).ShouldBeTrue();

        id.ToString().ShouldBe(FromGo);
        id.FileName.ShouldBe(FromGo + ".bin");
        id.ShardName.ShouldBe("a54");
        id.ToUtf8().ShouldBe(Encoding.ASCII.GetBytes(FromGo));
        BlobId.TryParse(id.ToUtf8(), out var again).ShouldBeTrue();
        again.ShouldBe(id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../../x")]
    [InlineData("01A201C8-127A-743E-8FCB-80E9FA74EA54")]
    [InlineData("01a201c8127a743e8fcb80e9fa74ea54")]
    [InlineData("{01a201c8-127a-743e-8fcb-80e9fa74ea5}")]
    [InlineData("01a201c8-127a-743e-8fcb-80e9fa74ea5")]
    [InlineData("01a201c8-127a-743e-8fcb-80e9fa74ea541")]
    [InlineData(" 01a201c8-127a-743e-8fcb-80e9fa74ea5")]
    [InlineData("01a201c8-127a-743e-8fcb-80e9fa74ea5 ")]
    [InlineData("+1a201c8-127a-743e-8fcb-80e9fa74ea54")]
    [InlineData("0x0201c8-127a-743e-8fcb-80e9fa74ea54")]
    [InlineData("01a201c8-127a-743e-8fcb-80e9fa74/a54")]
    [InlineData("01a201c8-127a-743e-8fcb-80e9fa74eag4")]
    [InlineData("01a201c8-127a-743e-8fcb-80e9fa74ea\u00e94")]
    [InlineData("--------------------------------/---")]
    [InlineData("------------------------------------")]
    [InlineData("01a201c81127a-743e-8fcb-80e9fa74ea54")]
    public void TryParse_AnythingElse_IsNoId(string text)
    {
        BlobId.TryParse(text, out _).ShouldBeFalse();
        BlobId.TryParse(Encoding.UTF8.GetBytes(text), out _).ShouldBeFalse();
        BlobId.TryParse(Encoding.Latin1.GetBytes(text), out _).ShouldBeFalse();
        BlobId.TryParseFileName(text + ".bin", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(FromGo)]
    [InlineData(FromGo + ".BIN")]
    [InlineData(FromGo + ".bin.tmp")]
    [InlineData(FromGo + ".txt")]
    [InlineData(".bin")]
    public void TryParseFileName_AnotherName_IsRefused(string name) => BlobId.TryParseFileName(name, out _).ShouldBeFalse();
}
