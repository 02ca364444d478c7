# Counts the words of CPython's own sources, with regular expressions, sorting, sprintf and files.
use strict;
use warnings;
use File::Find;
use Digest::SHA qw(sha256_hex);
my (%count, $files);
find({ no_chdir => 1, wanted => sub {
  return unless /\.py$/ && -f;
  $files++;
  open(my $in, '<', $_) or die "$_: $!";
  while (my $line = <$in>) { $count{lc $1}++ while $line =~ /\b([A-Za-z_]{3,})\b/g }
  close $in;
} }, '/usr/lib/python3.11/email', '/usr/lib/python3.11/asyncio');
my @top = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
printf "%d files, %d words\n", $files, scalar @top;
printf "%-12s %6d\n", $_, $count{$_} for @top[0 .. 9];
open(my $out, '>', '/tmp/words') or die;
print $out "$_ $count{$_}\n" for @top;
close $out;
open(my $in, '<', '/tmp/words') or die;
local $/;
print sha256_hex(<$in>), "\n";
