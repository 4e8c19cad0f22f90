"""Makes every golden file of this folder again."""
import layers
import logistic
import ops
import optimisers
import safetensors_file

for module in (ops, layers, optimisers, logistic, safetensors_file):
    module.main()
