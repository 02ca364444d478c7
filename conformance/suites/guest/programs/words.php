<?php
// Counts words, with generators, preg, JSON, streams and hashes.
function words(): Generator {
    foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator('/usr/lib/python3.11/email')) as $file) {
        if ($file->getExtension() === 'py') {
            foreach (new SplFileObject($file->getPathname()) as $line) {
                preg_match_all('/[A-Za-z_]{3,}/', $line, $found);
                yield from $found[0];
            }
        }
    }
}
$count = [];
foreach (words() as $word) { $count[$word] = ($count[$word] ?? 0) + 1; }
ksort($count);
arsort($count);
echo count($count), ' ', json_encode(array_slice($count, 0, 5)), "\n";
$name = tempnam('/tmp', 'words');
file_put_contents($name, serialize($count), LOCK_EX);
var_dump(unserialize(file_get_contents($name)) === $count, filesize($name));
unlink($name);
echo hash('sha256', implode(',', array_keys($count))), "\n";
[$a, $b] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
fwrite($a, "through a socket\n");
echo fgets($b);
