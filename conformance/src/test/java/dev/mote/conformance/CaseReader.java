package dev.mote.conformance;

import dev.mote.conformance.ProgramCase.CaseFile;
import dev.mote.conformance.ProgramCase.Mask;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// Reads the files in `cases/`; `README.md` tells their form. What it does not know is an error.
final class CaseReader {
  private static final Map<String, Path> SYSTEM_PROGRAMS =
      Map.of("busybox", Path.of("/bin/busybox"), "bash", Path.of("/bin/bash-static"));

  private final Path programs;
  private final List<ProgramCase> cases = new ArrayList<>();

  private CaseReader(Path programs) {
    this.programs = programs;
  }

  /// All cases in the files `*.cases` of a directory, in the order of the files' names.
  static List<ProgramCase> readAll(Path directory, Path programs) throws IOException {
    var reader = new CaseReader(programs);
    try (var files = Files.newDirectoryStream(directory, "*.cases")) {
      var sorted = new ArrayList<Path>();
      files.forEach(sorted::add);
      sorted.sort(null);
      for (Path file : sorted) {
        reader.read(file.getFileName().toString(), Files.readAllLines(file));
      }
    }
    return List.copyOf(reader.cases);
  }

  private void read(String file, List<String> lines) {
    Draft draft = null;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String place = file + ":" + (i + 1);
      try {
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        if (line.startsWith("case ")) {
          addTo(draft);
          draft = new Draft(line.substring(5).strip(), place);
        } else if (draft != null && line.startsWith("  ") && line.charAt(2) != ' ') {
          int end = blockEnd(lines, i + 1);
          draft.key(line.strip(), block(lines.subList(i + 1, end)));
          i = end - 1;
        } else {
          throw new IllegalArgumentException("neither a case nor a key of one");
        }
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(place + ": " + line + ": " + e.getMessage(), e);
      }
    }
    addTo(draft);
  }

  private void addTo(Draft draft) {
    if (draft != null) {
      cases.addAll(draft.finish());
    }
  }

  /// A block's lines have four spaces in front; blank lines within it belong to it.
  private static int blockEnd(List<String> lines, int start) {
    int end = start;
    for (int i = start; i < lines.size(); i++) {
      if (lines.get(i).startsWith("    ")) {
        end = i + 1;
      } else if (!lines.get(i).isBlank()) {
        break;
      }
    }
    return end;
  }

  private static String block(List<String> lines) {
    var text = new StringBuilder();
    for (String line : lines) {
      text.append(line.isBlank() ? "" : line.substring(4)).append('\n');
    }
    return text.toString();
  }

  /// A case while its lines are read.
  private final class Draft {
    private final String name;
    private final String source;
    private final List<String> command = new ArrayList<>();
    private final List<String> builds = new ArrayList<>(List.of(""));
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<CaseFile> files = new ArrayList<>();
    private final List<Mask> masks = new ArrayList<>();
    private final Set<String> tags = new LinkedHashSet<>();
    private String input = "";
    private boolean unordered;
    private boolean system;
    private int memoryMebibytes = 128;

    Draft(String name, String source) {
      this.name = name;
      this.source = source;
      environment.put("PATH", "/usr/bin:/bin");
      environment.put("LC_ALL", "C");
      environment.put("TZ", "UTC0");
      environment.put("RUST_BACKTRACE", "0");
    }

    void key(String line, String block) {
      int space = line.indexOf(' ');
      String key = space < 0 ? line : line.substring(0, space);
      String rest = space < 0 ? "" : line.substring(space + 1);
      switch (key) {
        case "run" -> command.addAll(Words.split(rest));
        case "script" -> command.add(block);
        case "arguments" -> command.addAll(Words.split(rest));
        case "builds" -> Arrays.stream(rest.split(" ")).forEach(b -> builds.add("-" + b));
        case "stdin" -> input = content(rest, block);
        case "stdin-base64" -> input = base64(block);
        case "stdin-repeat" -> {
          List<String> words = Words.split(rest);
          input = words.get(1).repeat(Integer.parseInt(words.get(0)));
        }
        case "file", "executable" -> {
          String[] parts = rest.split(" ", 2);
          String content = content(parts.length > 1 ? parts[1] : "", block);
          files.add(new CaseFile.Regular(parts[0], content, key.equals("executable")));
        }
        case "base64-gzip" -> files.add(new CaseFile.Regular(rest, gunzip(block), false));
        case "base64" -> files.add(new CaseFile.Regular(rest, base64(block), false));
        case "dir" -> files.add(new CaseFile.Directory(rest));
        case "link" -> {
          String[] parts = rest.split(" ", 2);
          files.add(new CaseFile.Link(parts[0], parts[1]));
        }
        case "env" -> {
          String[] parts = rest.split("=", 2);
          environment.put(parts[0], parts[1]);
        }
        case "mask" -> masks.add(mask(rest));
        case "unordered" -> {
          requireReason(rest);
          unordered = true;
        }
        case "system" -> system = true;
        case "memory" -> memoryMebibytes = Integer.parseInt(rest);
        case "tag" -> tags.add(rest);
        default -> throw new IllegalArgumentException("unknown key " + key);
      }
    }

    private static String content(String rest, String block) {
      return rest.isEmpty() ? asBytes(block.getBytes(StandardCharsets.UTF_8)) : Words.only(rest);
    }

    private static String base64(String block) {
      return asBytes(Base64.getMimeDecoder().decode(block));
    }

    private static String gunzip(String block) {
      var compressed = new ByteArrayInputStream(Base64.getMimeDecoder().decode(block));
      try (var plain = new GZIPInputStream(compressed)) {
        return asBytes(plain.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String asBytes(byte[] bytes) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /// `PATTERN -> REPLACEMENT because REASON`
    private static Mask mask(String rest) {
      int arrow = rest.indexOf(" -> ");
      int because = requireReason(rest);
      return new Mask(
          Pattern.compile(rest.substring(0, arrow)), rest.substring(arrow + 4, because).strip());
    }

    private static int requireReason(String rest) {
      int because = rest.indexOf("because ");
      if (because < 0 || rest.length() < because + 12) {
        throw new IllegalArgumentException("the reason is missing: because ...");
      }
      return because;
    }

    List<ProgramCase> finish() {
      List<ProgramCase> all = new ArrayList<>();
      for (String build : builds) {
        String program = command.getFirst();
        Path executable = SYSTEM_PROGRAMS.getOrDefault(program, programs.resolve(program + build));
        all.add(
            new ProgramCase(
                name + build,
                source,
                executable,
                List.copyOf(command.subList(1, command.size())),
                input,
                environment,
                List.copyOf(files),
                List.copyOf(masks),
                unordered,
                system,
                memoryMebibytes,
                Set.copyOf(tags)));
      }
      return all;
    }
  }
}
