using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>The kernel's table of mounts, as proc(5) describes it, with the mounts that a store is kept on.</summary>
public sealed class MappableMountTests
{
    private const string Table =
        """
        21 26 0:20 / /proc rw,nosuid - proc proc rw
        26 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
        27 26 0:24 / /dev/shm rw shared:5 master:2 - tmpfs tmpfs rw,size=1024k
        28 26 7:0 /sub /mnt/a\040-\040b rw,relatime - ext4 /dev/loop0 rw,data=journal
        29 26 7:1 / /mnt/xfs rw,relatime - xfs /dev/loop1 rw,attr2
        30 26 0:40 / /mnt/merged rw,relatime - overlay overlay rw,lowerdir=/ext4,upperdir=/tmpfs
        31 26 0:41 / /mnt/btrfs rw - btrfs /dev/sda rw
        32 26 0:42 / /mnt/nfs rw - nfs4 server:/ext4 rw
        33 26 7:3 / /mnt/three rw - ext3 /dev/loop3 rw
        34 26 0:43 / /mnt/ramfs rw - ramfs ramfs rw
        35 26 259:1 / /mnt/direct rw - ext4 /dev/pmem0 rw,dax=always
        36 26 259:1 / /mnt/indirect rw - ext4 /dev/pmem1 rw,dax=never,data=ordered
        37 26 0:44 / /mnt/fuse rw - fuse.ext4 ext4 rw
        38 26 254:0 /data /data ro,relatime - ext4 /dev/vda
        39 26

        """;

    [Theory]
    [InlineData("26", true)]
    [InlineData("27", true)]
    [InlineData("36", true)]
    [InlineData("21", false)]
    [InlineData("28", false)]
    [InlineData("29", false)]
    [InlineData("30", false)]
    [InlineData("31", false)]
    [InlineData("32", false)]
    [InlineData("33", false)]
    [InlineData("34", false)]
    [InlineData("35", false)]
    [InlineData("37", false)]
    public void IsMappable_KnownMount_IsWhatIsSafe(string mount, bool expected) => MappableMount.IsMappable(Table, mount).ShouldBe(expected);

    [Theory]
    [InlineData("38")]
    [InlineData("39")]
    [InlineData("2")]
    [InlineData("")]
    [InlineData("254:0")]
    public void IsMappable_UnknownOrIncompleteMount_IsNotSafe(string mount) => MappableMount.IsMappable(Table, mount).ShouldBeFalse();

    [Fact]
    public void IdIn_WhatTheKernelSays_IsTheMount()
    {
        MappableMount.IdIn("pos:\t0\nflags:\t0100002\nmnt_id:\t26\nino:\t17\n").ShouldBe("26");
        MappableMount.IdIn("pos:\t0\nflags:\t0100002\n").ShouldBeNull();
        MappableMount.IdIn("").ShouldBeNull();
    }
}
