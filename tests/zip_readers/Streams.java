import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads a zip from standard input, front to back, as an intake on the JVM does: one line of SHA-256 and path an entry. */
class Streams {
    public static void main(String[] arguments) throws Exception {
        try (var zip = new ZipInputStream(System.in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(zip.readAllBytes());
                System.out.println(HexFormat.of().formatHex(hash) + "  " + entry.getName());
            }
        }
    }
}
