import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/** Reads a part with the JDK, in the way named first, and prints a hash and a name for each file. */
class Parts {
    public static void main(String[] words) throws Exception {
        Path part = Path.of(words[1]);
        switch (words[0]) {
            case "ZipFile" -> {
                try (var archive = new ZipFile(part.toFile())) {
                    for (ZipEntry entry : archive.stream().toList()) {
                        print(entry, archive.getInputStream(entry));
                    }
                }
            }
            case "ZipInputStream" -> {
                try (var archive = new ZipInputStream(opened(part))) {
                    for (ZipEntry entry; (entry = archive.getNextEntry()) != null; ) {
                        print(entry, archive);
                    }
                }
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    static InputStream opened(Path part) throws Exception {
        return new BufferedInputStream(Files.newInputStream(part));
    }

    static void print(ZipEntry entry, InputStream data) throws Exception {
        if (entry.isDirectory()) {
            return;
        }
        var digest = MessageDigest.getInstance("SHA-256");
        var buffer = new byte[1 << 16];
        for (int got; (got = data.read(buffer)) > 0; ) {
            digest.update(buffer, 0, got);
        }
        System.out.println(HexFormat.of().formatHex(digest.digest()) + "  " + entry.getName());
    }
}
